using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace OrderFlow.Orders;

/// <summary>Something that happened to an order. Stored in the outbox by the transaction that makes it true, then published.</summary>
/// <param name="Type">What happened.</param>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="Version">The order's version after this event.</param>
/// <param name="OccurredAt">When, UTC.</param>
public abstract record OrderEvent(
    [property: JsonIgnore] OrderEventType Type, long OrderId, string UserId, ImmutableArray<OrderLine> Items, long Version, DateTimeOffset OccurredAt)
{
    /// <summary>Its type's name, which is also its topic.</summary>
    [JsonIgnore]
    public string Name => Type.ToName();

    /// <summary>The same for an event delivered twice: <c>{orderId}-{version}</c>.</summary>
    [JsonIgnore]
    public string Id => $"{OrderId}-{Version}";
}

/// <summary>An order was placed.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="TotalAmount">0: prices are fixed when stock is reserved.</param>
/// <param name="Version">The order's version after this event.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderCreated(long OrderId, string UserId, ImmutableArray<OrderLine> Items, decimal TotalAmount, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderEventType.Created, OrderId, UserId, Items, Version, OccurredAt);

/// <summary>All stock of the order is reserved.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="TotalAmount">Σ unit price × quantity.</param>
/// <param name="Version">The order's version after this event.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderReserved(long OrderId, string UserId, ImmutableArray<OrderLine> Items, decimal TotalAmount, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderEventType.Reserved, OrderId, UserId, Items, Version, OccurredAt);

/// <summary>The order could not be reserved.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="Reason">Why, for a person to read.</param>
/// <param name="Version">The order's version after this event.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderFailed(long OrderId, string UserId, ImmutableArray<OrderLine> Items, string Reason, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderEventType.Failed, OrderId, UserId, Items, Version, OccurredAt);

/// <summary>The order was cancelled, was not confirmed in time, or was deleted while it held or could still reserve stock.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="Reason">One of <see cref="CancelReasons"/>, or an admin's own text.</param>
/// <param name="Version">The order's version after this event.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderCancelled(long OrderId, string UserId, ImmutableArray<OrderLine> Items, string Reason, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderEventType.Cancelled, OrderId, UserId, Items, Version, OccurredAt);

/// <summary>An admin retries a failed order; it is pending again.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="Version">The order's version after this event.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderReopened(long OrderId, string UserId, ImmutableArray<OrderLine> Items, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderEventType.Reopened, OrderId, UserId, Items, Version, OccurredAt);

/// <summary>The order is paid for, or will be: its reservation does not expire.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="TotalAmount">Σ unit price × quantity.</param>
/// <param name="Version">The order's version after this event.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderConfirmed(long OrderId, string UserId, ImmutableArray<OrderLine> Items, decimal TotalAmount, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderEventType.Confirmed, OrderId, UserId, Items, Version, OccurredAt);

/// <summary>The order is handed over: its units have left the stock.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="TotalAmount">Σ unit price × quantity.</param>
/// <param name="Tracking">The parcel; null where none was named.</param>
/// <param name="Version">The order's version after this event.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderFulfilled(
    long OrderId, string UserId, ImmutableArray<OrderLine> Items, decimal TotalAmount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Tracking? Tracking, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderEventType.Fulfilled, OrderId, UserId, Items, Version, OccurredAt);
