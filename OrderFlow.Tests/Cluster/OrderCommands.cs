using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Cluster;

[Collection(ClusterCollection.Name)]
public sealed class OrderCommands(SharedCluster shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task Cancelling_releases_the_stock_before_it_is_answered()
    {
        await _cluster.SetStock("cancelled", 10);
        var id = await _cluster.Place(("cancelled", 4));
        await _cluster.Settled(id);

        var result = await _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, Alice);

        Assert.Equal((Outcome.Ok, OrderStatus.Cancelled), (result.Outcome, result.Order!.Status));
        Assert.Equal((10, 0), await _cluster.StockOf("cancelled"));
        Assert.Equal(["order.created", "order.reserved", "order.cancelled"], await _cluster.EventsOf(id));
    }

    [Fact]
    public async Task Cancelling_twice_is_fine_and_published_once()
    {
        await _cluster.SetStock("cancelled-twice", 10);
        var id = await _cluster.Place(("cancelled-twice", 4));
        await _cluster.Settled(id);
        await _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, Alice);

        var again = await _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, Alice);

        Assert.Equal(Outcome.Ok, again.Outcome);
        Assert.Equal((10, 0), await _cluster.StockOf("cancelled-twice"));
        Assert.Equal(["order.created", "order.reserved", "order.cancelled"], await _cluster.EventsOf(id));
    }

    [Fact]
    public async Task Deleting_releases_the_stock_and_hides_the_order_from_everybody()
    {
        await _cluster.SetStock("deleted", 10);
        var id = await _cluster.Place(("deleted", 4));
        await _cluster.Settled(id);

        var result = await _cluster.Order(id).Delete(Alice);

        Assert.Equal(Outcome.Ok, result.Outcome);
        Assert.Equal((10, 0), await _cluster.StockOf("deleted"));
        Assert.Equal(Outcome.NotFound, (await _cluster.Order(id).Get(Alice)).Outcome);
        Assert.Equal(Outcome.NotFound, (await _cluster.Order(id).Get(Admin)).Outcome);
        Assert.Equal(Outcome.NotFound, (await _cluster.Order(id).Delete(Alice)).Outcome);
        Assert.Equal(["order.created", "order.reserved", "order.cancelled"], await _cluster.EventsOf(id));
        Assert.Equal("deleted", await _cluster.Scalar<string>($"SELECT payload->>'reason' FROM outbox WHERE aggregateid = '{id}' AND type = 'order.cancelled'"));
    }

    [Fact]
    public async Task An_admin_retries_a_failed_order_once_there_is_stock()
    {
        await _cluster.SetStock("retried", 1);
        var id = await _cluster.Place(("retried", 2));
        Assert.Equal(OrderStatus.Failed, (await _cluster.Settled(id)).Status);
        await _cluster.Stock("retried").Restock(5, Admin);

        Assert.Equal(Outcome.Forbidden, (await _cluster.Order(id).ChangeStatus(OrderStatus.Pending, Alice)).Outcome);
        Assert.Equal(Outcome.Ok, (await _cluster.Order(id).ChangeStatus(OrderStatus.Pending, Admin)).Outcome);

        var order = await _cluster.Settled(id);
        Assert.Equal((OrderStatus.Reserved, null), (order.Status, order.FailReason));
        Assert.Equal((4, 2), await _cluster.StockOf("retried"));
        Assert.Equal(["order.created", "order.failed", "order.reopened", "order.reserved"], await _cluster.EventsOf(id));
    }

    [Fact]
    public async Task A_change_that_is_not_allowed_is_refused_with_the_allowed_statuses()
    {
        await _cluster.SetStock("refused", 10);
        var id = await _cluster.Place(("refused", 1));
        await _cluster.Settled(id);

        var result = await _cluster.Order(id).ChangeStatus(OrderStatus.Failed, Alice);

        Assert.Equal((Outcome.Conflict, "a reserved order cannot become failed"), (result.Outcome, result.Reason));
        Assert.Equal([OrderStatus.Cancelled], result.AllowedStatuses.ToArray());
    }

    [Fact]
    public async Task Another_users_order_is_not_found_by_any_command()
    {
        await _cluster.SetStock("hidden", 10);
        var id = await _cluster.Place(("hidden", 1));
        await _cluster.Settled(id);

        Assert.Equal(Outcome.NotFound, (await _cluster.Order(id).Get(Bob)).Outcome);
        Assert.Equal(Outcome.NotFound, (await _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, Bob)).Outcome);
        Assert.Equal(Outcome.NotFound, (await _cluster.Order(id).Delete(Bob)).Outcome);
        Assert.Equal(Outcome.Ok, (await _cluster.Order(id).Get(Admin)).Outcome);
        Assert.Equal((9, 1), await _cluster.StockOf("hidden"));
    }

    [Fact]
    public async Task Cancelling_at_random_moments_releases_every_unit()
    {
        const int orders = 500;
        var random = new Random(20261122);
        await _cluster.SetStock("random-a", 10_000);
        await _cluster.SetStock("random-b", 10_000);

        var cancelled = await Task.WhenAll(Enumerable.Range(0, orders).Select(async _ =>
        {
            var yields = random.Next(200);
            var id = await _cluster.Place(("random-a", 2), ("random-b", 3));
            for (var i = 0; i < yields; i++) await Task.Yield();
            return await _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, Alice);
        }));

        Assert.All(cancelled, result => Assert.Equal((Outcome.Ok, OrderStatus.Cancelled), (result.Outcome, result.Order!.Status)));
        await _cluster.Quiet();
        Assert.Equal((10_000, 0), await _cluster.StockOf("random-a"));
        Assert.Equal((10_000, 0), await _cluster.StockOf("random-b"));
    }
}
