namespace OrderFlow.Inventory;

/// <summary>Lists stock items and their movements.</summary>
internal interface IStockIndex
{
    /// <summary>One page, by product id.</summary>
    Task<Page<StockItem>> List(StockQuery query);

    /// <summary>One page of a product's movements, newest first; null where there is no such product.</summary>
    Task<Page<StockMovement>?> ListMovements(StockMovementQuery query);

    /// <summary>Which product each id means, in the order of <paramref name="ids"/>.</summary>
    Task<ProductName[]> Resolve(string[] ids);
}
