using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>An order.</summary>
/// <param name="Id">The order's number.</param>
/// <param name="UserId">The user who owns the order.</param>
/// <param name="Items">The lines, as they were sent; a product may be in several. Empty only in a list, if the stored lines cannot be read.</param>
/// <param name="Status">The status; while the service is updated it may be one that a newer version has stored.</param>
/// <param name="TotalAmount">0 until stock is reserved; then Σ unit price × quantity.</param>
/// <param name="CreatedAt">When it was placed; UTC, written with Z.</param>
/// <param name="UpdatedAt">When it last changed; UTC, written with Z.</param>
/// <param name="FailReason">Why it failed; absent otherwise.</param>
internal sealed record OrderResponse(
    long Id, string UserId, OrderLine[] Items, string Status, decimal TotalAmount, DateTime CreatedAt, DateTime UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FailReason)
{
    /// <summary>Maps an order.</summary>
    public static OrderResponse Of(Order order) => new(
        order.Id,
        order.UserId,
        ImmutableCollectionsMarshal.AsArray(order.Items) ?? [],
        order.StatusName,
        order.TotalAmount,
        order.CreatedAt.UtcDateTime,
        order.UpdatedAt.UtcDateTime,
        order.FailReason);
}
