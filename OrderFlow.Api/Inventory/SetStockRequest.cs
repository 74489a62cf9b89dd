using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Inventory;

/// <summary>The body of <c>PUT /inventory/{productId}</c>.</summary>
/// <param name="AvailableQuantity">The units that can be reserved from now on; reserved units stay reserved.</param>
/// <param name="UnitPrice">The price of one unit.</param>
/// <param name="LowStockThreshold">The product is low while no more units than these are available; absent or null to keep the threshold it has.</param>
internal sealed record SetStockRequest(long? AvailableQuantity, decimal? UnitPrice, long? LowStockThreshold = null) : IRequestBody<SetStockRequest>
{
    /// <inheritdoc/>
    public static JsonTypeInfo<SetStockRequest> Json => RequestJson.Default.SetStockRequest;

    /// <inheritdoc/>
    public void Validate(ValidationErrors errors)
    {
        errors.Add("availableQuantity", UnitQuantity.Validate(AvailableQuantity, 0, Limits.AvailableQuantity));
        errors.Add("unitPrice", Money.Validate(UnitPrice, Limits.UnitPrice));
        errors.Add("lowStockThreshold", UnitQuantity.ValidateThreshold(LowStockThreshold));
    }
}
