using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>How a history ends: recovery settles every order.</summary>
internal sealed partial class OrderHistory
{
    /// <summary>
    /// Every process is lost; then each unsettled order is resumed until none is left.
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

        DeliverAll();
        Assert.Empty(Unsettled());
        CheckUnits();
    }

    private List<long> Unsettled() => [.. Orders.Where(order => order.IsUnsettled).Select(order => order.Id)];

    private void RunAlone(long id)
    {
        _system.Tick();
        var activation = new OrderActivation(id, _system);
        activation.Resume();
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

    /// <summary>Asserts that the reserved units of each product are those of reserved orders.</summary>
    private void CheckUnits()
    {
        var wanted = Orders.Where(order => order.Status == OrderStatus.Reserved)
            .SelectMany(order => order.Items)
            .GroupBy(line => line.ProductId)
            .ToDictionary(product => product.Key, product => product.Sum(line => (long)line.Quantity));
        foreach (var stock in _system.Stock) Assert.Equal(wanted.GetValueOrDefault(stock.ProductId), stock.Item?.ReservedQuantity ?? 0);
    }
}
