namespace OrderFlow.Recovery;

/// <summary>Finds orders whose reservation has expired.</summary>
internal interface IExpiredOrders
{
    /// <summary>Lists expired orders after a position, the earliest first, by the clock of the database.</summary>
    Task<IReadOnlyList<ExpiredOrder>> Find(ExpiredOrder? after, int limit);
}

/// <summary>An order, and when its reservation expired.</summary>
internal sealed record ExpiredOrder(DateTimeOffset ExpiresAt, long Id);
