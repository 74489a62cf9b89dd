using System.Text.Json.Serialization;
using OrderFlow.Api.Customers;
using OrderFlow.Api.Health;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Lists;
using OrderFlow.Api.Live;
using OrderFlow.Api.Notifications;
using OrderFlow.Api.Orders;

namespace OrderFlow.Api.Http;

/// <summary>The JSON of request bodies, deserialized strictly. Missing members are reported by the validation of each body, which can name them all.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true,
    MaxDepth = MaxBodyDepth,
    Converters = [typeof(WholeNumberConverter), typeof(MoneyConverter)],
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(ChangeStatusRequest))]
[JsonSerializable(typeof(SetStockRequest))]
[JsonSerializable(typeof(RestockRequest))]
[JsonSerializable(typeof(AdjustStockRequest))]
[JsonSerializable(typeof(ChangeStockSettingsRequest))]
[JsonSerializable(typeof(ImportStockJson))]
[JsonSerializable(typeof(ImportStockRow[]))]
[JsonSerializable(typeof(DeadLetterFilterRequest))]
internal sealed partial class RequestJson : JsonSerializerContext
{
    /// <summary>The deepest nesting of a body; valid ones have three levels.</summary>
    public const int MaxBodyDepth = 8;
}

/// <summary>The JSON of responses.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OrderResponse))]
[JsonSerializable(typeof(PageResponse<OrderResponse>))]
[JsonSerializable(typeof(PageResponse<OrderTransitionResponse>))]
[JsonSerializable(typeof(OrderChangeResponse))]
[JsonSerializable(typeof(OrderDeletedResponse))]
[JsonSerializable(typeof(MissedResponse))]
[JsonSerializable(typeof(StockItemResponse))]
[JsonSerializable(typeof(PageResponse<StockItemResponse>))]
[JsonSerializable(typeof(StockSettingsResponse))]
[JsonSerializable(typeof(PageResponse<StockMovementResponse>))]
[JsonSerializable(typeof(ImportedStockResponse))]
[JsonSerializable(typeof(ImportedStockRow[]))]
[JsonSerializable(typeof(PageResponse<NotificationResponse>))]
[JsonSerializable(typeof(PageResponse<DeadLetterResponse>))]
[JsonSerializable(typeof(DeadLettersMovedResponse))]
[JsonSerializable(typeof(NotificationStatsResponse))]
[JsonSerializable(typeof(ContactRemovedResponse))]
[JsonSerializable(typeof(MessageResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ResponseJson : JsonSerializerContext;
