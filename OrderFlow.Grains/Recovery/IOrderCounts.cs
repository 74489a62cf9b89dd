namespace OrderFlow.Recovery;

/// <summary>Counts orders exactly, by user and status. The latest changes are stored as rows of their own, each of which slows every read a little.</summary>
internal interface IOrderCounts
{
    /// <summary>Adds a bounded number of the latest changes to the totals.</summary>
    Task<Batch> MergeChanges();
}
