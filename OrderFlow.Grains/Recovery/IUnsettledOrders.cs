namespace OrderFlow.Recovery;

/// <summary>Orders with work left.</summary>
internal interface IUnsettledOrders
{
    /// <summary>
    /// Ids of unsettled orders that have not changed since <paramref name="quietSince"/>, by id, beyond <paramref name="afterId"/>.
    /// While there are many dead rows to read past, one with an id far below others may be found up to a minute later.
    /// </summary>
    Task<IReadOnlyList<long>> FindStalled(DateTimeOffset quietSince, long afterId, int limit);
}
