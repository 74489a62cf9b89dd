using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres;

/// <summary>The JSON in the columns <c>orders.items</c>, <c>orders.transitions</c> and <c>outbox.payload</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    Converters = [typeof(UtcTimeJson)])]
[JsonSerializable(typeof(ImmutableArray<OrderLine>))]
[JsonSerializable(typeof(ImmutableArray<OrderTransition>))]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(OrderReserved))]
[JsonSerializable(typeof(OrderFailed))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(OrderReopened))]
internal sealed partial class OrderJson : JsonSerializerContext;
