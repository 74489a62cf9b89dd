using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Cluster;

[Collection(ClusterCollection.Name)]
public sealed class OrderFulfilment(SharedCluster shared)
{
    private static readonly Tracking Parcel = new("DHL", "1", "https://example.com/1");

    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task The_units_of_a_confirmed_order_leave_the_stock_before_its_fulfilment_is_answered()
    {
        await _cluster.SetStock("fulfilled", 10);
        var id = await Reserved("fulfilled", 4);

        var confirmed = await _cluster.Fulfilling(id).ChangeStatus(new(OrderStatus.Confirmed, Payments));
        var between = await _cluster.StockOf("fulfilled");
        var fulfilled = await _cluster.Fulfilling(id).ChangeStatus(new(OrderStatus.Fulfilled, Fulfilment, Tracking: Parcel));

        Assert.Equal((Outcome.Ok, OrderStatus.Confirmed, (6, 4)), (confirmed.Outcome, confirmed.Order!.Status, between));
        Assert.Equal((Outcome.Ok, OrderStatus.Fulfilled, Parcel), (fulfilled.Outcome, fulfilled.Order!.Status, fulfilled.Order.Tracking));
        Assert.Equal((6, 0), await _cluster.StockOf("fulfilled"));
        Assert.Equal(["order.created", "order.reserved", "order.confirmed", "order.fulfilled"], await _cluster.EventsOf(id));
        Assert.Equal("DHL", await _cluster.Scalar<string>($"SELECT payload->'tracking'->>'carrier' FROM outbox WHERE aggregateid = '{id}' AND type = 'order.fulfilled'"));
        Assert.Equal(
            [("alice", OrderStatus.Pending), ("system", OrderStatus.Reserved), ("till", OrderStatus.Confirmed), ("warehouse", OrderStatus.Fulfilled)],
            (await _cluster.Order(id).GetTransitions(Admin, afterVersion: 0)).Transitions.Select(change => (change.Actor, change.Status)));
    }

    [Fact]
    public async Task A_fulfilled_order_cannot_be_cancelled_and_deleting_it_takes_nothing_back()
    {
        await _cluster.SetStock("kept", 10);
        var id = await Reserved("kept", 4);
        await _cluster.Fulfilling(id).ChangeStatus(new(OrderStatus.Fulfilled, Admin));

        var cancelled = await _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, Admin);
        var deleted = await _cluster.Order(id).Delete(Alice);
        await _cluster.Quiet();

        Assert.Equal((Outcome.Conflict, "a fulfilled order cannot become cancelled", 0), (cancelled.Outcome, cancelled.Reason, cancelled.AllowedStatuses.Length));
        Assert.Equal((Outcome.Ok, Outcome.NotFound), (deleted.Outcome, (await _cluster.Order(id).Get(Admin)).Outcome));
        Assert.Equal((6, 0), await _cluster.StockOf("kept"));
        Assert.Equal(["order.created", "order.reserved", "order.fulfilled"], await _cluster.EventsOf(id));
    }

    [Fact]
    public async Task Fulfilling_twice_is_fine_and_published_once()
    {
        await _cluster.SetStock("fulfilled-twice", 10);
        var id = await Reserved("fulfilled-twice", 4);
        await _cluster.Fulfilling(id).ChangeStatus(new(OrderStatus.Fulfilled, Fulfilment, Tracking: Parcel));
        await _cluster.DeactivateAll();

        var again = await _cluster.Fulfilling(id).ChangeStatus(new(OrderStatus.Fulfilled, Fulfilment, Tracking: Parcel));
        var other = await _cluster.Fulfilling(id).ChangeStatus(new(OrderStatus.Fulfilled, Fulfilment, Tracking: Parcel with { Number = "2" }));

        Assert.Equal((Outcome.Ok, Outcome.Conflict), (again.Outcome, other.Outcome));
        Assert.Equal((6, 0), await _cluster.StockOf("fulfilled-twice"));
        Assert.Equal(["order.created", "order.reserved", "order.fulfilled"], await _cluster.EventsOf(id));
    }

    [Fact]
    public async Task Deleting_a_confirmed_order_releases_its_stock()
    {
        await _cluster.SetStock("confirmed-deleted", 10);
        var id = await Reserved("confirmed-deleted", 4);
        await _cluster.Fulfilling(id).ChangeStatus(new(OrderStatus.Confirmed, Payments));

        var byOwner = await _cluster.Order(id).Delete(Alice);
        var byAdmin = await _cluster.Order(id).Delete(Admin);

        Assert.Equal((Outcome.Forbidden, Outcome.Ok), (byOwner.Outcome, byAdmin.Outcome));
        Assert.Equal((10, 0), await _cluster.StockOf("confirmed-deleted"));
        Assert.Equal(["order.created", "order.reserved", "order.confirmed", "order.cancelled"], await _cluster.EventsOf(id));
    }

    [Fact]
    public async Task Late_and_repeated_calls_of_a_fulfilled_order_change_nothing()
    {
        await _cluster.SetStock("late-fulfilled", 10);
        var id = await Reserved("late-fulfilled", 4);
        await _cluster.Fulfilling(id).ChangeStatus(new(OrderStatus.Fulfilled, Fulfilment));
        await _cluster.DeactivateAll();

        await Consuming("late-fulfilled").Consume(id, 1);
        await _cluster.Stock("late-fulfilled").Release(id, 1);
        var reserved = await _cluster.Stock("late-fulfilled").Reserve(new(id, 2, 4, Tentative: false));

        Assert.Equal(ReserveOutcome.Superseded, reserved.Outcome);
        Assert.Equal((6, 0), await _cluster.StockOf("late-fulfilled"));
    }

    [Fact]
    public async Task Consuming_without_a_reservation_or_after_a_release_changes_nothing_and_is_counted()
    {
        const long order = 9_000_501;
        const long released = 9_000_502;
        await _cluster.SetStock("nothing-to-consume", 10);
        await _cluster.Stock("nothing-to-consume").Reserve(new(released, 1, 4, Tentative: false));
        await _cluster.Stock("nothing-to-consume").Release(released, 1);
        using var consumptions = new CountedConsumptions(_cluster);

        await Consuming("nothing-to-consume").Consume(order, 1);
        await Consuming("nothing-to-consume").Consume(released, 1);
        await Consuming("nothing-to-consume").Consume(released, 1);

        Assert.Equal((10, 0), await _cluster.StockOf("nothing-to-consume"));
        Assert.Equal((0, 1, 2), (consumptions.Of("consumed"), consumptions.Of("missing"), consumptions.Of("released")));
        Assert.Equal(0, await _cluster.Scalar<long>($"SELECT count(*) FROM stock_reservations WHERE order_id = {order} OR consumed AND order_id = {released}"));
    }

    private IStockFulfilmentGrain Consuming(string productId) => _cluster.Client.GetGrain<IStockFulfilmentGrain>(productId);

    private async Task<long> Reserved(string productId, int quantity)
    {
        var id = await _cluster.Place((productId, quantity));
        Assert.Equal(OrderStatus.Reserved, (await _cluster.Settled(id)).Status);
        return id;
    }

    /// <summary>What a cluster's silos count from now on.</summary>
    private sealed class CountedConsumptions : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<string, long> _counted = [];

        public CountedConsumptions(OrderFlowCluster cluster)
        {
            var meters = cluster.AllSiloServices.Select(silo => silo.GetRequiredService<IMeterFactory>()).ToList();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "orderflow.stock.consumptions" && meters.Contains(instrument.Meter.Scope)) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => _counted.AddOrUpdate((string)tags[0].Value!, count, (_, before) => before + count));
            _listener.Start();
        }

        public long Of(string result) => _counted.GetValueOrDefault(result);

        public void Dispose() => _listener.Dispose();
    }
}
