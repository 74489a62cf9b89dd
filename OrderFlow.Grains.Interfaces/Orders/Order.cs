using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>An order as its owner sees it: always persisted state.</summary>
/// <param name="Id">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The lines, as they were sent.</param>
/// <param name="Status">Its status.</param>
/// <param name="TotalAmount">0 until stock is reserved; then Σ unit price × quantity, in the shop's currency.</param>
/// <param name="CreatedAt">When it was placed, UTC.</param>
/// <param name="UpdatedAt">When it last changed, UTC.</param>
/// <param name="FailReason">Why it failed, for a person to read; null otherwise.</param>
/// <param name="Version">Rises by one with every change.</param>
/// <param name="UnknownStatus">The stored name of a status that this version does not know; null otherwise.</param>
/// <param name="ExpiresAt">When its reservation expires, UTC; null where it does not.</param>
/// <param name="CancelReason">Why it is cancelled: one of <see cref="CancelReasons"/>, or an admin's text; null otherwise.</param>
/// <param name="Tracking">The parcel of a fulfilled order; null where none was named.</param>
/// <param name="Contact">Whom to notify; null where nobody is named. Only for the owner and admins.</param>
[GenerateSerializer, Immutable, Alias("order-view")]
public sealed record Order(
    [property: Id(0)] long Id,
    [property: Id(1)] string UserId,
    [property: Id(2)] ImmutableArray<OrderLine> Items,
    [property: Id(3)] OrderStatus Status,
    [property: Id(4)] decimal TotalAmount,
    [property: Id(5)] DateTimeOffset CreatedAt,
    [property: Id(6)] DateTimeOffset UpdatedAt,
    [property: Id(7)] string? FailReason,
    [property: Id(8)] long Version,
    [property: Id(9)] string? UnknownStatus = null,
    [property: Id(10)] DateTimeOffset? ExpiresAt = null,
    [property: Id(11)] string? CancelReason = null,
    [property: Id(12)] Tracking? Tracking = null,
    [property: Id(13)] OrderContact? Contact = null)
{
    /// <summary>The status's name.</summary>
    public string StatusName => UnknownStatus ?? Status.ToWireName();
}
