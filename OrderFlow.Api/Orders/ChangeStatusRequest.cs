using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>The body of <c>PATCH /orders/{id}/status</c>.</summary>
/// <param name="Status">The status to change to.</param>
internal sealed record ChangeStatusRequest(string? Status) : IRequestBody<ChangeStatusRequest>
{
    /// <summary>What is wrong with a text that is no status; names are case-sensitive.</summary>
    public static readonly string Objection = $"must be one of {string.Join(", ", OrderStatusNames.Known.Select(OrderStatusNames.ToWireName))}";

    /// <inheritdoc/>
    public static JsonTypeInfo<ChangeStatusRequest> Json => RequestJson.Default.ChangeStatusRequest;

    /// <inheritdoc/>
    public void Validate(ValidationErrors errors)
    {
        if (Status is null) errors.Add("status", "is required");
        else if (OrderStatusNames.FromWireName(Status) is null) errors.Add("status", Objection);
    }
}

/// <summary>The requested status of a valid <see cref="ChangeStatusRequest"/>. Not a member of it: JSON would accept a member of that name too, and drop it.</summary>
internal static class ChangeStatusTarget
{
    extension(ChangeStatusRequest request)
    {
        /// <summary>The status.</summary>
        public OrderStatus Target => OrderStatusNames.FromWireName(request.Status!) ?? throw new InvalidOperationException("The body was not validated.");
    }
}
