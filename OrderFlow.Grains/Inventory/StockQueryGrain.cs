using Orleans.Concurrency;

namespace OrderFlow.Inventory;

/// <inheritdoc cref="IStockQueryGrain"/>
[GrainType("stock-queries"), StatelessWorker, Reentrant]   // bounded by the permits of its storage
internal sealed class StockQueryGrain(IStockIndex index) : Grain, IStockQueryGrain
{
    public Task<Page<StockItem>> List(int page, int limit, string? afterProductId) => index.List(new(limit, afterProductId, Number: page));

    public Task<ProductName[]> Resolve(string[] ids) => index.Resolve(ids);
}

/// <inheritdoc cref="IStockSearchGrain"/>
[GrainType("stock-search"), StatelessWorker, Reentrant]
internal sealed class StockSearchGrain(IStockIndex index) : Grain, IStockSearchGrain
{
    public Task<Page<StockItem>> List(StockQuery query) => index.List(query);

    public async Task<StockMovementPage> ListMovements(StockMovementQuery query, Caller by) =>
        !by.IsAdmin ? new(Outcome.Forbidden)
        : await index.ListMovements(query) is { } page ? new(Outcome.Ok, page)
        : new(Outcome.NotFound);
}
