using Orleans.Concurrency;

namespace OrderFlow.Inventory;

/// <inheritdoc cref="IStockQueryGrain"/>
[GrainType("stock-queries"), StatelessWorker, Reentrant]   // bounded by the permits of its storage
internal sealed class StockQueryGrain(IStockIndex index) : Grain, IStockQueryGrain
{
    public Task<Page<StockItem>> List(int page, int limit, string? afterProductId) => index.List(page, limit, afterProductId);

    public Task<ProductName[]> Resolve(string[] ids) => index.Resolve(ids);
}
