namespace OrderFlow.Inventory;

/// <summary>Lists stock items. Stateless: any silo answers.</summary>
[Alias("stock-queries")]
public interface IStockQueryGrain : IGrainWithIntegerKey
{
    /// <summary>One page of all stock items, by product id.</summary>
    /// <param name="page">The page's number; the first is 1. Ignored where <paramref name="afterProductId"/> is set.</param>
    /// <param name="limit">Items on a page, 1 to 100.</param>
    /// <param name="afterProductId">List from after this product, whether it exists or not; costs the same at any depth. Null to list by page.</param>
    [Alias("list")]
    Task<Page<StockItem>> List(int page, int limit, string? afterProductId = null);

    /// <summary>Which product each id means, in the order of <paramref name="ids"/>. Unicode can spell the same id in several ways.</summary>
    /// <param name="ids">At most <see cref="Limits.OrderLines"/>.</param>
    [Alias("resolve")]
    Task<ProductName[]> Resolve(string[] ids);
}
