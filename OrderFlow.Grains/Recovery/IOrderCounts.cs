namespace OrderFlow.Recovery;

/// <summary>Exact numbers of orders by user and status. Latest changes are stored apart, and each costs every read a little.</summary>
internal interface IOrderCounts
{
    /// <summary>Adds a bounded number of the latest changes to the totals.</summary>
    Task<Batch> MergeChanges();
}
