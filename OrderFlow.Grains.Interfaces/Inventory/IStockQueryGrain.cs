namespace OrderFlow.Inventory;

/// <summary>Lists stock items. Stateless: any silo answers.</summary>
[Alias("stock-queries")]
public interface IStockQueryGrain : IGrainWithIntegerKey
{
    /// <summary>One page of all stock items, by product id.</summary>
    /// <param name="page">The page's number; the first is 1. It counts only where <paramref name="afterProductId"/> is null.</param>
    /// <param name="limit">Items on a page, 1 to 100.</param>
    /// <param name="afterProductId">Continue behind this product, whether it exists or not: however far that is, it costs the same. Null to go by page.</param>
    [Alias("list")]
    Task<Page<StockItem>> List(int page, int limit, string? afterProductId = null);

    /// <summary>What ids mean that may be written in several ways, in their order.</summary>
    /// <param name="ids">At most <see cref="Limits.OrderLines"/>.</param>
    [Alias("resolve")]
    Task<ProductName[]> Resolve(string[] ids);
}
