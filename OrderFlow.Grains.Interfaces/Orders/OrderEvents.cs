using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace OrderFlow.Orders;

/// <summary>Something that happened to an order, as the world is told of it. Written to the outbox in the transaction that makes it true.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="Version">The order's version that this event made.</param>
/// <param name="OccurredAt">When, UTC.</param>
public abstract record OrderEvent(long OrderId, string UserId, ImmutableArray<OrderLine> Items, long Version, DateTimeOffset OccurredAt)
{
    /// <summary>The event's type, which is also its topic.</summary>
    [JsonIgnore]
    public string Type => this switch
    {
        OrderCreated => "order.created",
        OrderReserved => "order.reserved",
        OrderFailed => "order.failed",
        OrderCancelled => "order.cancelled",
        OrderReopened => "order.reopened",
        _ => throw new InvalidOperationException($"{GetType().Name} has no type"),
    };

    /// <summary>The same for an event delivered twice: <c>{orderId}-{version}</c>.</summary>
    [JsonIgnore]
    public string Id => $"{OrderId}-{Version}";
}

/// <summary>An order was placed.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="TotalAmount">0: prices are fixed when stock is reserved.</param>
/// <param name="Version">The order's version that this event made.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderCreated(long OrderId, string UserId, ImmutableArray<OrderLine> Items, decimal TotalAmount, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderId, UserId, Items, Version, OccurredAt);

/// <summary>Every line's stock is held for the order.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="TotalAmount">Σ unit price × quantity.</param>
/// <param name="Version">The order's version that this event made.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderReserved(long OrderId, string UserId, ImmutableArray<OrderLine> Items, decimal TotalAmount, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderId, UserId, Items, Version, OccurredAt);

/// <summary>The order could not be reserved.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="Reason">Why, for a person to read.</param>
/// <param name="Version">The order's version that this event made.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderFailed(long OrderId, string UserId, ImmutableArray<OrderLine> Items, string Reason, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderId, UserId, Items, Version, OccurredAt);

/// <summary>The order was cancelled, or deleted while it was pending or reserved.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="Reason"><c>cancelled</c> or <c>deleted</c>.</param>
/// <param name="Version">The order's version that this event made.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderCancelled(long OrderId, string UserId, ImmutableArray<OrderLine> Items, string Reason, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderId, UserId, Items, Version, OccurredAt);

/// <summary>An admin has a failed order tried again.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="UserId">Whose order it is.</param>
/// <param name="Items">The order's lines.</param>
/// <param name="Version">The order's version that this event made.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record OrderReopened(long OrderId, string UserId, ImmutableArray<OrderLine> Items, long Version, DateTimeOffset OccurredAt)
    : OrderEvent(OrderId, UserId, Items, Version, OccurredAt);
