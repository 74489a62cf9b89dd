using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>An order as it is persisted: one row of <c>orders</c>.</summary>
internal sealed record OrderState
{
    public required long Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>The request that placed it; null where 1.0.0 did.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>The lines as they were sent; a product may appear in several.</summary>
    public required ImmutableArray<OrderLine> Items { get; init; }

    public required OrderStatus Status { get; init; }

    /// <summary>The stored name of a status that this version does not know. Such an order is shown, and never changed or resumed.</summary>
    public string? UnknownStatus { get; init; }

    /// <summary>0 until stock is reserved.</summary>
    public decimal TotalAmount { get; init; }

    /// <summary>The total the client agreed to; null for no price check.</summary>
    public decimal? AgreedTotal { get; init; }

    public string? FailReason { get; init; }

    /// <summary>Why it is cancelled; null otherwise.</summary>
    public string? CancelReason { get; init; }

    /// <summary>How long its stock stays reserved unless it is confirmed; null where that does not expire.</summary>
    public TimeSpan? ReserveFor { get; init; }

    /// <summary>When the reservation expires; null but on a reserved order.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The parcel of a fulfilled order.</summary>
    public Tracking? Tracking { get; init; }

    /// <summary>Whom to notify; null where nobody is named, or once that was removed.</summary>
    public OrderContact? Contact { get; init; }

    /// <summary>The number of the current attempt, persisted before its first Reserve.</summary>
    public required int Attempt { get; init; }

    /// <summary>True while stock of the attempts up to <see cref="Attempt"/> is still to be released.</summary>
    public bool Releasing { get; init; }

    /// <summary>True while units of a fulfilled order are still to leave the stock.</summary>
    public bool Consuming { get; init; }

    /// <summary>The last transitions, oldest first, at most <see cref="Limits.Transitions"/>.</summary>
    public required ImmutableArray<OrderTransition> Transitions { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Set on a tombstone row: callers no longer see the order, but its id stays taken.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Rises by one with every write.</summary>
    public required long Version { get; init; }

    public bool IsDeleted => DeletedAt is not null;

    public string StatusName => UnknownStatus ?? Status.ToWireName();

    /// <summary>True where there is work left that this version knows of.</summary>
    public bool IsUnsettled => Status switch
    {
        OrderStatus.Pending => Releasing || !IsDeleted,
        OrderStatus.Reserved or OrderStatus.Confirmed or OrderStatus.Failed or OrderStatus.Cancelled => Releasing,
        OrderStatus.Fulfilled => Consuming,
        OrderStatus.Unknown => false,
    };

    /// <summary>The units to reserve of each product, lines of the same product summed, by product id.</summary>
    public IEnumerable<(string ProductId, long Quantity)> QuantityByProduct =>
        Items.GroupBy(line => line.ProductId, StringComparer.Ordinal)
            .OrderBy(product => product.Key, StringComparer.Ordinal)
            .Select(product => (product.Key, product.Sum(line => (long)line.Quantity)));

    /// <summary>The order as it was when it was placed, but for a contact that was removed since.</summary>
    public Order AsPlaced() =>
        new(Id, UserId, Items, OrderStatus.Pending, TotalAmount: 0, CreatedAt, CreatedAt, FailReason: null, OrderLifecycle.FirstVersion, Contact: Contact);

    public Order ToOrder() =>
        new(Id, UserId, Items, Status, TotalAmount, CreatedAt, UpdatedAt, FailReason, Version, UnknownStatus, ExpiresAt, CancelReason, Tracking, Contact);
}
