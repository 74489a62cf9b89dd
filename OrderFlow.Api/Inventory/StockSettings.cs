using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Inventory;

namespace OrderFlow.Api.Inventory;

/// <summary>The body of <c>PUT /inventory/{productId}/settings</c>.</summary>
/// <param name="UnitPrice">The price of one unit.</param>
/// <param name="LowStockThreshold">The product is low while no more units than these are available; absent or null for never.</param>
internal sealed record ChangeStockSettingsRequest(decimal? UnitPrice, long? LowStockThreshold) : IRequestBody<ChangeStockSettingsRequest>
{
    /// <inheritdoc/>
    public static JsonTypeInfo<ChangeStockSettingsRequest> Json => RequestJson.Default.ChangeStockSettingsRequest;

    /// <inheritdoc/>
    public void Validate(ValidationErrors errors)
    {
        errors.Add("unitPrice", Money.Validate(UnitPrice, Limits.UnitPrice));
        errors.Add("lowStockThreshold", UnitQuantity.ValidateThreshold(LowStockThreshold));
    }
}

/// <summary>A product's price and threshold.</summary>
/// <param name="UnitPrice">The price of one unit.</param>
/// <param name="LowStockThreshold">The product is low while no more units than these are available; absent for never.</param>
internal sealed record StockSettingsResponse(
    decimal UnitPrice, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? LowStockThreshold)
{
    /// <summary>Maps a stock item.</summary>
    public static StockSettingsResponse Of(StockItem item) => new(item.UnitPrice, item.LowStockThreshold);
}
