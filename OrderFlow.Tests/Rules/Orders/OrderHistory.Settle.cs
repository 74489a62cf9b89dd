using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>How a history ends: recovery settles every order.</summary>
internal sealed partial class OrderHistory
{
    /// <summary>
    /// Every process is lost; then each unsettled order is resumed until none is left, and each that expires is cancelled.
    /// At last the calls that are still in flight arrive, and change nothing.
    /// </summary>
    public void Settle()
    {
        _log?.Invoke("every process is lost; recovery begins");
        _activations.Clear();
        _running.Clear();
        for (var unsettled = Unsettled(); unsettled.Count > 0;)
        {
            foreach (var id in unsettled) RunAlone(id);

            // Run one by one, orders hardly contend: each round settles at least one.
            var left = Unsettled();
            Assert.True(left.Count < unsettled.Count, $"orders that do not settle: {string.Join(", ", left)}");
            unsettled = left;
        }

        Expire();
        DeliverAll();
        Assert.Empty(Unsettled());
        CheckUnits();
    }

    private List<long> Unsettled() => [.. Orders.Where(order => order.IsUnsettled).Select(order => order.Id)];

    /// <summary>Waits until every reservation has expired.</summary>
    private void Expire()
    {
        _log?.Invoke("all reservations expire");
        _system.Advance(OrderMove.MaxReserveFor);
        foreach (var id in Orders.Where(order => order.ExpiresAt is not null).Select(order => order.Id).ToList())
            RunAlone(id, activation => activation.Change(order => OrderLifecycle.Expire(order, _system.Now)));
        Assert.All(Orders, order => Assert.Null(order.ExpiresAt));
    }

    private void RunAlone(long id) => RunAlone(id, activation => activation.Resume());

    private void RunAlone(long id, Action<OrderActivation> begin)
    {
        _system.Tick();
        var activation = new OrderActivation(id, _system);
        begin(activation);
        while (activation.IsRunning)
        {
            DeliverAll();
            activation.Continue();
        }
    }

    private void DeliverAll()
    {
        foreach (var productId in _system.ProductsCalled.ToList())
        {
            var calls = _system.InFlight(productId);
            var arrived = calls.ToList();
            calls.Clear();
            _system.Deliver(productId, arrived);
        }
    }

    /// <summary>Asserts that the reserved units of each product are those of reserved and confirmed orders, and that those of fulfilled orders have left.</summary>
    private void CheckUnits()
    {
        var held = Units(OrderStatus.Reserved, OrderStatus.Confirmed);
        var fulfilled = Units(OrderStatus.Fulfilled);
        foreach (var stock in _system.Stock)
        {
            Assert.Equal(
                (held.GetValueOrDefault(stock.ProductId), fulfilled.GetValueOrDefault(stock.ProductId)),
                (stock.Item?.ReservedQuantity ?? 0, stock.Consumed));
        }
    }

    private Dictionary<string, long> Units(params OrderStatus[] statuses) => Orders.Where(order => statuses.Contains(order.Status))
        .SelectMany(order => order.Items)
        .GroupBy(line => line.ProductId)
        .ToDictionary(product => product.Key, product => product.Sum(line => (long)line.Quantity));
}
