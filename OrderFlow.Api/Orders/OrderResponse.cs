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
/// <param name="ExpiresAt">When it is cancelled unless it is confirmed or fulfilled before; UTC, written with Z. Absent unless it is reserved for a limited time.</param>
/// <param name="CancelReason"><c>cancelled</c>, <c>expired</c>, or an admin's own text; absent unless it is cancelled.</param>
/// <param name="Tracking">Where the parcel can be followed; absent unless that was named as the order was fulfilled.</param>
/// <param name="Contact">Whom to notify; absent if nobody is named, and for callers who are neither the owner nor an admin.</param>
internal sealed record OrderResponse(
    long Id, string UserId, OrderLine[] Items, string Status, decimal TotalAmount, DateTime CreatedAt, DateTime UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FailReason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? ExpiresAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CancelReason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TrackingResponse? Tracking = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ContactResponse? Contact = null)
{
    /// <summary>Maps an order as this caller may see it: those who see all orders for their work need no customer's address.</summary>
    public static OrderResponse Of(Order order, Caller by) => new(
        order.Id,
        order.UserId,
        ImmutableCollectionsMarshal.AsArray(order.Items) ?? [],
        order.StatusName,
        order.TotalAmount,
        order.CreatedAt.UtcDateTime,
        order.UpdatedAt.UtcDateTime,
        order.FailReason,
        order.ExpiresAt?.UtcDateTime,
        order.CancelReason,
        order.Tracking is { } parcel ? new(parcel.Carrier, parcel.Number, parcel.Url) : null,
        order.Contact is { } contact && by.MayActFor(order.UserId) ? new(contact.Email, contact.Locale) : null);
}

/// <summary>Whom to notify of an order.</summary>
/// <param name="Email">The mail address; absent if none is known.</param>
/// <param name="Locale">The language, a BCP 47 tag; absent for the shop's default.</param>
internal sealed record ContactResponse(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Locale);

/// <summary>Where the parcel of a fulfilled order can be followed.</summary>
/// <param name="Carrier">Who carries it.</param>
/// <param name="Number">The carrier's number for it.</param>
/// <param name="Url">The page that shows where it is; absent if none was named.</param>
internal sealed record TrackingResponse(
    string Carrier, string Number, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url);

/// <summary>One change of an order's status.</summary>
/// <param name="Status">The new status; while the service is updated it may be one that a newer version has stored.</param>
/// <param name="Version">The order's version after this change.</param>
/// <param name="At">When; UTC, written with Z.</param>
/// <param name="Actor">The user who made it, or <c>system</c> for the order's own steps; absent if version 1.0.0 stored it.</param>
internal sealed record OrderTransitionResponse(
    string Status, long Version, DateTime At, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Actor)
{
    /// <summary>Maps a change.</summary>
    public static OrderTransitionResponse Of(OrderTransition transition) =>
        new(transition.StatusName, transition.Version, transition.At.UtcDateTime, transition.Actor);
}
