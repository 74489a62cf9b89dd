namespace OrderFlow.Recovery;

/// <summary>How many orders there are, by user and status. Always exact; what has changed lately is kept apart, and costs a little with every look.</summary>
internal interface IOrderCounts
{
    /// <summary>Takes a bounded number of the latest changes over, so that few are left to look at.</summary>
    Task<Batch> Fold();
}
