using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>An order on the wire, design §7.</summary>
/// <param name="Id">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The lines, as they were sent.</param>
/// <param name="Status">pending, reserved, failed or cancelled; one of a newer version as that has stored it.</param>
/// <param name="TotalAmount">0 until stock is reserved; then Σ unit price × quantity.</param>
/// <param name="CreatedAt">When it was placed; UTC, written with Z.</param>
/// <param name="UpdatedAt">When it last changed; UTC, written with Z.</param>
/// <param name="FailReason">Why it failed; absent otherwise.</param>
internal sealed record OrderResponse(
    long Id, string UserId, OrderLine[] Items, string Status, decimal TotalAmount, DateTime CreatedAt, DateTime UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FailReason)
{
    /// <summary>The order as it goes on the wire.</summary>
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
