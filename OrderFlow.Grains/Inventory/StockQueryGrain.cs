using Orleans.Concurrency;

namespace OrderFlow.Inventory;

/// <inheritdoc cref="IStockQueryGrain"/>
[GrainType("stock-queries"), StatelessWorker, Reentrant]   // what waits, waits for a permit of its storage, and no longer than its caller
internal sealed class StockQueryGrain(IStockIndex index) : Grain, IStockQueryGrain
{
    public Task<Page<StockItem>> List(int page, int limit, string? afterProductId) => index.List(page, limit, afterProductId);

    public Task<ProductName[]> Resolve(string[] ids) => index.Resolve(ids);
}
