using Orleans.Concurrency;

namespace OrderFlow.Inventory;

/// <summary>The stock items as one list.</summary>
internal interface IStockIndex
{
    /// <summary>One page, by product id.</summary>
    Task<Page<StockItem>> List(int page, int limit);
}

/// <inheritdoc cref="IStockQueryGrain"/>
[GrainType("stock-queries"), StatelessWorker]
internal sealed class StockQueryGrain(IStockIndex index) : Grain, IStockQueryGrain
{
    public Task<Page<StockItem>> List(int page, int limit) => index.List(page, limit);
}
