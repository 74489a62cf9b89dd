using Orleans.Concurrency;

namespace OrderFlow.Inventory;

/// <summary>The stock items as one list.</summary>
internal interface IStockIndex
{
    /// <summary>One page, by product id; behind <paramref name="afterProductId"/> where that is given.</summary>
    Task<Page<StockItem>> List(int page, int limit, string? afterProductId = null);

    /// <summary>What ids mean that may be written in several ways, in their order.</summary>
    Task<ProductName[]> Resolve(string[] ids);
}

/// <inheritdoc cref="IStockQueryGrain"/>
[GrainType("stock-queries"), StatelessWorker, Reentrant]   // what waits, waits for a permit of its storage, and no longer than its caller
internal sealed class StockQueryGrain(IStockIndex index) : Grain, IStockQueryGrain
{
    public Task<Page<StockItem>> List(int page, int limit, string? afterProductId) => index.List(page, limit, afterProductId);

    public Task<ProductName[]> Resolve(string[] ids) => index.Resolve(ids);
}
