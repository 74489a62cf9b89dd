using Orleans.Concurrency;

namespace OrderFlow.Inventory;

/// <summary>One product's stock; the key is the product id. Calls interleave: one write to the database covers all that came meanwhile.</summary>
[Alias("stock-item")]
public interface IStockItemGrain : IGrainWithStringKey
{
    /// <summary>The item as it is persisted, or null where there is no such product.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<StockItem?> Get();

    /// <summary>Creates the product or sets its available pieces and price; pieces held stay held. Admins only.</summary>
    [Alias("set"), AlwaysInterleave]
    Task<StockResult> Set(long availableQuantity, decimal unitPrice, Caller by);

    /// <summary>Adds pieces to a product that exists. Admins only. Conflict where the sum would pass <see cref="Limits.AvailableQuantity"/>.</summary>
    [Alias("restock"), AlwaysInterleave]
    Task<StockResult> Restock(long quantity, Caller by);

    /// <summary>Holds pieces for an order's try. Asked again, it answers as the first time. The answer rests on what is persisted.</summary>
    [Alias("reserve"), AlwaysInterleave]
    Task<ReserveResult> Reserve(ReserveStock command);

    /// <summary>Gives back what the order's tries up to this one hold, and refuses them from now on. Safe to call again, and for tries that hold nothing.</summary>
    [Alias("release"), AlwaysInterleave]
    Task Release(long orderId, int attempt);
}
