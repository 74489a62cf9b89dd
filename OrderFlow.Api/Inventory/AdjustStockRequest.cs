using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Inventory;

/// <summary>The body of <c>POST /inventory/{productId}/adjust</c>.</summary>
/// <param name="Delta">The units to add, or, below zero, to remove.</param>
/// <param name="Reason">Why; the movement shows it.</param>
internal sealed record AdjustStockRequest(long? Delta, string? Reason) : IRequestBody<AdjustStockRequest>
{
    /// <inheritdoc/>
    public static JsonTypeInfo<AdjustStockRequest> Json => RequestJson.Default.AdjustStockRequest;

    /// <inheritdoc/>
    public void Validate(ValidationErrors errors)
    {
        errors.Add("delta", Delta == 0 ? "must not be 0" : UnitQuantity.Validate(Delta, -Limits.AvailableQuantity, Limits.AvailableQuantity));
        errors.Add("reason", TextId.Validate(Reason, Limits.StockReasonLength) ?? TextId.ValidateVisibleSentence(Reason!));
    }
}
