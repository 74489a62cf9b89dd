using System.Collections.Immutable;
using OrderFlow.Orders;

namespace OrderFlow.Notifications;

/// <summary>An order's event, as far as notifications need it.</summary>
/// <param name="EventId">The event's id, <c>{orderId}-{version}</c>: the same for a redelivered event.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="OrderId">The id of the order.</param>
/// <param name="UserId">The customer.</param>
/// <param name="TotalAmount">The order's total, where the event has one.</param>
/// <param name="Reason">Why it failed or was cancelled, where the event says so.</param>
/// <param name="Tracking">The parcel of a fulfilled order, where the event has one.</param>
/// <param name="OccurredAt">When it happened, where the event says so.</param>
/// <param name="Items">The order's lines; default where the event has none.</param>
[GenerateSerializer, Immutable, Alias("order-notice")]
public sealed record OrderNotice(
    [property: Id(0)] string EventId,
    [property: Id(1)] string EventType,
    [property: Id(2)] long OrderId,
    [property: Id(3)] string UserId,
    [property: Id(4)] decimal? TotalAmount,
    [property: Id(5)] string? Reason,
    [property: Id(6)] Tracking? Tracking = null,
    [property: Id(7)] DateTimeOffset? OccurredAt = null,
    [property: Id(8)] ImmutableArray<OrderLine> Items = default);
