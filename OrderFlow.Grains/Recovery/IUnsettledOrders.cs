namespace OrderFlow.Recovery;

/// <summary>Finds orders with work left.</summary>
internal interface IUnsettledOrders
{
    /// <summary>
    /// Lists unsettled orders above <paramref name="afterId"/> that have not changed since <paramref name="quietSince"/>, lowest id first.
    /// While there are many dead rows, an id far below the others may be found up to a minute late.
    /// </summary>
    Task<IReadOnlyList<long>> FindStalled(DateTimeOffset quietSince, long afterId, int limit);
}
