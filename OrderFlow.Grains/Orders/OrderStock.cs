using OrderFlow.Inventory;

namespace OrderFlow.Orders;

/// <summary>An order's dealings with the stock items of its products, for one try.</summary>
internal sealed class OrderStock(IGrainFactory grains, OrderState order)
{
    private readonly (string ProductId, long Quantity)[] _wanted = [.. order.QuantityByProduct];

    /// <summary>Asks all products at once: the quickest way, and the usual one.</summary>
    public async Task<IReadOnlyList<ReservationAnswer>> ReserveAtOnce() => await Task.WhenAll(_wanted.Select(Reserve));

    /// <summary>
    /// Asks product after product, in the same order as everybody else, and stops where pieces may come back: of orders that want the
    /// same products, the one that gets the first cannot be held up by those behind it. Once a product was refused the order fails,
    /// and all are asked, so that it names every product that is short.
    /// </summary>
    public async Task<IReadOnlyList<ReservationAnswer>> ReserveInTurn()
    {
        var answers = new List<ReservationAnswer>(_wanted.Length);
        foreach (var product in _wanted)
        {
            answers.Add(await Reserve(product));
            if (answers[^1].Result.Outcome is ReserveOutcome.Contended or ReserveOutcome.Superseded && !answers.Exists(answer => answer.IsRefusal)) break;
        }

        return answers;
    }

    /// <summary>Gives back what the tries up to the present one hold, whatever they were answered.</summary>
    public Task Release() => Task.WhenAll(_wanted.Select(product => Stock(product.ProductId).Release(order.Id, order.Attempt)));

    private async Task<ReservationAnswer> Reserve((string ProductId, long Quantity) product)
    {
        var tentative = _wanted.Length > 1 || order.AgreedTotal is not null;
        var result = await Stock(product.ProductId).Reserve(new(order.Id, order.Attempt, product.Quantity, tentative));
        return new(product.ProductId, product.Quantity, result);
    }

    private IStockItemGrain Stock(string productId) => grains.GetGrain<IStockItemGrain>(productId);
}
