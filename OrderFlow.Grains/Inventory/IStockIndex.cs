
namespace OrderFlow.Inventory;

/// <summary>The stock items as one list.</summary>
internal interface IStockIndex
{
    /// <summary>One page, by product id; behind <paramref name="afterProductId"/> where that is given.</summary>
    Task<Page<StockItem>> List(int page, int limit, string? afterProductId = null);

    /// <summary>What ids mean that may be written in several ways, in their order.</summary>
    Task<ProductName[]> Resolve(string[] ids);
}
