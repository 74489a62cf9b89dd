using System.Text.Json.Serialization.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>The body of <c>PATCH /orders/{id}/status</c>.</summary>
/// <param name="Status">The status to change to.</param>
internal sealed record ChangeStatusRequest(string? Status) : IRequestBody<ChangeStatusRequest>
{
    /// <summary>The error of a text that is not a status; names are case-sensitive.</summary>
    public static readonly string UnknownStatus = $"must be one of {string.Join(", ", OrderStatusNames.Known.Select(OrderStatusNames.ToWireName))}";

    /// <inheritdoc/>
    public static JsonTypeInfo<ChangeStatusRequest> Json => RequestJson.Default.ChangeStatusRequest;

    /// <inheritdoc/>
    public void Validate(ValidationErrors errors)
    {
        if (Status is null) errors.Add("status", "is required");
        else if (OrderStatusNames.FromWireName(Status) is null) errors.Add("status", UnknownStatus);
    }

    /// <summary>The status of a valid body. Not a property: JSON would accept a member of that name too, and drop it.</summary>
    public OrderStatus ToStatus() => OrderStatusNames.FromWireName(Status!) ?? throw new InvalidOperationException("The body was not validated.");
}
