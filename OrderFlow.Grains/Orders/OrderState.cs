using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>An order as it is persisted: one row of <c>orders</c>.</summary>
internal sealed record OrderState
{
    public required long Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>The request that placed it; null where 1.0.0 did.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>The lines as they were sent; a product may stand in several.</summary>
    public required ImmutableArray<OrderLine> Items { get; init; }

    public required OrderStatus Status { get; init; }

    /// <summary>The status as it is stored, where this version does not know it. Such an order is shown, and is nobody's to change or to resume.</summary>
    public string? UnknownStatus { get; init; }

    /// <summary>0 until stock is reserved.</summary>
    public decimal TotalAmount { get; init; }

    /// <summary>The total the client agreed to; null for no price check.</summary>
    public decimal? AgreedTotal { get; init; }

    public string? FailReason { get; init; }

    /// <summary>The number of the present try, persisted before its first Reserve.</summary>
    public required int Attempt { get; init; }

    /// <summary>True while stock of the tries up to <see cref="Attempt"/> is still to be given back.</summary>
    public bool Releasing { get; init; }

    /// <summary>The last changes of status, oldest first, at most <see cref="OrderLifecycle.TransitionsKept"/>.</summary>
    public required ImmutableArray<OrderTransition> Transitions { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Set on a tombstone: the order is gone for everybody, but its id stays taken.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Goes up by one with every write.</summary>
    public required long Version { get; init; }

    public bool IsDeleted => DeletedAt is not null;

    public string StatusName => UnknownStatus ?? Status.ToWireName();

    /// <summary>True where a reservation or a release was begun and is not finished, as far as this version can tell.</summary>
    public bool IsUnsettled => Status != OrderStatus.Unknown && (Releasing || (Status == OrderStatus.Pending && !IsDeleted));

    /// <summary>What the order wants of each product, lines of the same product summed, by product id.</summary>
    public IEnumerable<(string ProductId, long Quantity)> QuantityByProduct =>
        Items.GroupBy(line => line.ProductId, StringComparer.Ordinal)
            .OrderBy(product => product.Key, StringComparer.Ordinal)
            .Select(product => (product.Key, product.Sum(line => (long)line.Quantity)));

    /// <summary>The order as it was answered to whoever placed it, whatever became of it since.</summary>
    public Order AsPlaced() => new(Id, UserId, Items, OrderStatus.Pending, TotalAmount: 0, CreatedAt, CreatedAt, FailReason: null, OrderLifecycle.FirstVersion);

    public Order ToOrder() => new(Id, UserId, Items, Status, TotalAmount, CreatedAt, UpdatedAt, FailReason, Version, UnknownStatus);
}
