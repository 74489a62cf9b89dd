namespace OrderFlow.Inventory;

/// <summary>Lists stock items.</summary>
internal interface IStockIndex
{
    /// <summary>One page, by product id; after <paramref name="afterProductId"/> where that is given.</summary>
    Task<Page<StockItem>> List(int page, int limit, string? afterProductId = null);

    /// <summary>Which product each id means, in the order of <paramref name="ids"/>.</summary>
    Task<ProductName[]> Resolve(string[] ids);
}
