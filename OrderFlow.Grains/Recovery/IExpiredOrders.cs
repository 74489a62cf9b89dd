namespace OrderFlow.Recovery;

/// <summary>Finds orders whose reservation has expired.</summary>
internal interface IExpiredOrders
{
    /// <summary>Lists expired orders after a position, the earliest first, by the clock of the database.</summary>
    Task<IReadOnlyList<ExpiredOrder>> Find(ExpiredOrder? after, int limit);
}

/// <summary>An order, when its reservation expired, and how long before it was found.</summary>
internal sealed record ExpiredOrder(DateTimeOffset ExpiresAt, long Id, TimeSpan Late = default);
