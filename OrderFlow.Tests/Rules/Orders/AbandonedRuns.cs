using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class AbandonedRuns
{
    private readonly SimulatedSystem _system = new(log: null);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Late_releases_do_not_free_what_a_later_run_has_reserved(bool onTheSameActivation)
    {
        Deliver(new SetCall("sku-1", 2, 9.99m), new SetCall("sku-2", 0, 1.00m));
        var abandoned = new OrderActivation(42, _system);
        abandoned.Place(Given.Command);
        Deliver(Arriving());   // sku-1 is granted, sku-2 is insufficient
        abandoned.Continue();
        var lateReleases = Arriving();
        abandoned.TimeOut();
        abandoned.Continue();
        Assert.False(abandoned.IsRunning);
        Assert.Equal(["sku-1: release order 42 up to attempt 1", "sku-2: release order 42 up to attempt 1"], lateReleases.Select(call => call.ToString()));

        Deliver(new RestockCall("sku-2", 1));
        Run(onTheSameActivation ? abandoned : new OrderActivation(42, _system));
        Deliver(lateReleases);

        Assert.Equal(OrderStatus.Reserved, _system.Order(42)!.Status);
        Assert.Equal([("sku-1", 0L, 2L), ("sku-2", 0L, 1L)], Counts());
    }

    [Fact]
    public void Late_reserves_take_no_stock_after_the_order_was_cancelled()
    {
        Deliver(new SetCall("sku-1", 2, 9.99m), new SetCall("sku-2", 1, 1.00m));
        new OrderActivation(42, _system).Place(Given.Command);
        var lateReserves = Arriving();

        var next = new OrderActivation(42, _system);
        next.Change(order => OrderLifecycle.ChangeStatus(order, new(OrderStatus.Cancelled, Given.Alice), Given.Now));
        Run(next);
        Deliver(lateReserves);

        Assert.Equal((OrderStatus.Cancelled, false), (_system.Order(42)!.Status, _system.Order(42)!.Releasing));
        Assert.Equal([("sku-1", 2L, 0L), ("sku-2", 1L, 0L)], Counts());
    }

    private void Run(OrderActivation activation)
    {
        activation.Resume();
        while (activation.IsRunning)
        {
            Deliver(Arriving());
            activation.Continue();
        }
    }

    /// <summary>Takes the calls that are in flight.</summary>
    private StockCall[] Arriving()
    {
        StockCall[] arriving = [.. _system.ProductsCalled.SelectMany(_system.InFlight)];
        foreach (var call in arriving) _system.InFlight(call.ProductId).Remove(call);
        return arriving;
    }

    private void Deliver(params StockCall[] calls)
    {
        foreach (var call in calls) _system.Deliver(call.ProductId, [call]);
    }

    private IEnumerable<(string ProductId, long Available, long Reserved)> Counts() =>
        _system.Stock.Select(stock => (stock.ProductId, stock.Item!.AvailableQuantity, stock.Item.ReservedQuantity));
}
