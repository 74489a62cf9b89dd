using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>How a history ends: recovery drives every order to quiet.</summary>
internal sealed partial class OrderHistory
{
    /// <summary>
    /// Every process is lost; then each order that is unfinished is resumed until none is.
    /// At last the calls arrive that are still on their way, and change nothing.
    /// </summary>
    public void Settle()
    {
        _tell?.Invoke("every process is lost; recovery begins");
        _activations.Clear();
        _running.Clear();
        for (var unfinished = Unfinished(); unfinished.Count > 0;)
        {
            foreach (var id in unfinished) RunAlone(id);

            // One by one, none finds pieces held by another for long: each round settles at least one order.
            var left = Unfinished();
            Assert.True(left.Count < unfinished.Count, $"orders that do not settle: {string.Join(", ", left)}");
            unfinished = left;
        }

        DeliverAll();
        Assert.Empty(Unfinished());
        CheckUnits();
    }

    private List<long> Unfinished() => [.. Orders.Where(order => order.IsUnsettled).Select(order => order.Id)];

    private void RunAlone(long id)
    {
        _shop.Tick();
        var activation = new OrderActivation(id, _shop);
        activation.Resume();
        while (activation.IsRunning)
        {
            DeliverAll();
            activation.GoOn();
        }
    }

    private void DeliverAll()
    {
        foreach (var productId in _shop.ProductsCalled.ToList())
        {
            var calls = _shop.UnderWay(productId);
            var arrived = calls.ToList();
            calls.Clear();
            _shop.Deliver(productId, arrived);
        }
    }

    /// <summary>The pieces reserved of each product are the pieces of reserved orders.</summary>
    private void CheckUnits()
    {
        var wanted = Orders.Where(order => order.Status == OrderStatus.Reserved)
            .SelectMany(order => order.Items)
            .GroupBy(line => line.ProductId)
            .ToDictionary(product => product.Key, product => product.Sum(line => (long)line.Quantity));
        foreach (var stock in _shop.Stock) Assert.Equal(wanted.GetValueOrDefault(stock.ProductId), stock.Item?.ReservedQuantity ?? 0);
    }
}
