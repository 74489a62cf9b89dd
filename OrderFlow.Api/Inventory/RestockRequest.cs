using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Inventory;

/// <summary>The body of <c>POST /inventory/{productId}/restock</c>.</summary>
/// <param name="Quantity">The units to add.</param>
internal sealed record RestockRequest(long? Quantity) : IRequestBody<RestockRequest>
{
    /// <inheritdoc/>
    public static JsonTypeInfo<RestockRequest> Json => RequestJson.Default.RestockRequest;

    /// <inheritdoc/>
    public void Validate(ValidationErrors errors) => errors.Add("quantity", UnitQuantity.Validate(Quantity, 1, Limits.Quantity));
}
