using Orleans.Concurrency;

namespace OrderFlow.Inventory;

/// <summary>What a product's stock can do since version 1.1; the key is the product id. An interface of its own, as <see cref="Orders.IOrderFulfilmentGrain"/>.</summary>
[Alias("stock-fulfilment")]
public interface IStockFulfilmentGrain : IGrainWithStringKey
{
    /// <summary>Removes the units that the order's attempt holds: they are no longer reserved, and do not become available. Safe to repeat.</summary>
    [Alias("consume"), AlwaysInterleave]
    Task Consume(long orderId, int attempt);
}
