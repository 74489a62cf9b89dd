using OrderFlow.Inventory;

namespace OrderFlow.Orders;

/// <summary>Reserves and releases an order's stock at its products' stock items, for its current attempt.</summary>
internal sealed class OrderStock(IGrainFactory grains, OrderState order)
{
    private readonly (string ProductId, long Quantity)[] _products = [.. order.QuantityByProduct];

    /// <summary>Calls all stock items at the same time, which is fastest.</summary>
    public async Task<IReadOnlyList<ReservationAnswer>> ReserveInParallel() => await Task.WhenAll(_products.Select(Reserve));

    /// <summary>
    /// Calls one stock item after the other, by product id as every order does: of contending orders the one that got the first product wins.
    /// Stops where stock is contended; after a refusal it calls all, so that the reason names every product.
    /// </summary>
    public async Task<IReadOnlyList<ReservationAnswer>> ReserveSequentially()
    {
        var answers = new List<ReservationAnswer>(_products.Length);
        foreach (var product in _products)
        {
            answers.Add(await Reserve(product));
            if (answers[^1].IsUndecided && !answers.Exists(answer => answer.IsRefusal)) break;
        }

        return answers;
    }

    /// <summary>Releases what the attempts up to the current one hold, also where their answers were lost.</summary>
    public Task Release() => Task.WhenAll(_products.Select(product => Stock(product.ProductId).Release(order.Id, order.Attempt)));

    /// <summary>Removes the units that the current attempt holds from the stock.</summary>
    public Task Consume() =>
        Task.WhenAll(_products.Select(product => grains.GetGrain<IStockFulfilmentGrain>(product.ProductId).Consume(order.Id, order.Attempt)));

    private async Task<ReservationAnswer> Reserve((string ProductId, long Quantity) product)
    {
        var tentative = _products.Length > 1 || order.AgreedTotal is not null;
        var result = await Stock(product.ProductId).Reserve(new(order.Id, order.Attempt, product.Quantity, tentative));
        return new(product.ProductId, product.Quantity, result);
    }

    private IStockItemGrain Stock(string productId) => grains.GetGrain<IStockItemGrain>(productId);
}
