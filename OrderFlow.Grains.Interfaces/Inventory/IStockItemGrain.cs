using Orleans.Concurrency;

namespace OrderFlow.Inventory;

/// <summary>One product's stock; the key is the product id. Calls interleave, and one write covers all that came during the write before.</summary>
[Alias("stock-item")]
public interface IStockItemGrain : IGrainWithStringKey
{
    /// <summary>The item as it is persisted, or null where there is no such product.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<StockItem?> Get();

    /// <summary>Creates the product, or sets its available units and price; reserved units stay reserved. Admins only.</summary>
    [Alias("set"), AlwaysInterleave]
    Task<StockResult> Set(long availableQuantity, decimal unitPrice, Caller by);

    /// <summary>Adds units to an existing product. Admins only. Conflict where the sum would exceed <see cref="Limits.AvailableQuantity"/>.</summary>
    [Alias("restock"), AlwaysInterleave]
    Task<StockResult> Restock(long quantity, Caller by);

    /// <summary>Reserves units for an order's attempt. A repeated call is answered as the first. The answer rests on persisted state.</summary>
    [Alias("reserve"), AlwaysInterleave]
    Task<ReserveResult> Reserve(ReserveStock command);

    /// <summary>Releases what the order's attempts up to this one hold, and refuses them from now on. Safe to repeat, and where nothing is held.</summary>
    [Alias("release"), AlwaysInterleave]
    Task Release(long orderId, int attempt);
}
