using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Cluster;

[Collection(ClusterCollection.Name)]
public sealed class OrderPlacement(SharedCluster shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task Stock_of_every_product_is_reserved_at_the_prices_of_its_stock_item()
    {
        await _cluster.SetStock("placing-a", 10, 2.50m);
        await _cluster.SetStock("placing-b", 10, 0.99m);

        var order = await _cluster.Settled(await _cluster.Place(("placing-a", 2), ("placing-b", 3), ("placing-a", 1)));

        Assert.Equal((OrderStatus.Reserved, 10.47m, null), (order.Status, order.TotalAmount, order.FailReason));
        Assert.Equal([new("placing-a", 2), new("placing-b", 3), new("placing-a", 1)], order.Items.ToArray());
        Assert.Equal((7, 3), await _cluster.StockOf("placing-a"));
        Assert.Equal((7, 3), await _cluster.StockOf("placing-b"));
        Assert.Equal(["order.created", "order.reserved"], await _cluster.EventsOf(order.Id));
    }

    [Fact]
    public async Task An_order_with_insufficient_stock_fails_names_every_product_and_holds_nothing()
    {
        await _cluster.SetStock("short-a", 5);
        await _cluster.SetStock("short-b", 3);

        var order = await _cluster.Settled(await _cluster.Place(("short-a", 5), ("short-b", 5), ("short-unknown", 1)));

        Assert.Equal((OrderStatus.Failed, 0m), (order.Status, order.TotalAmount));
        Assert.Equal("insufficient stock: short-b wanted 5, available 3; unknown product: short-unknown", order.FailReason);
        Assert.Equal((5, 0), await _cluster.StockOf("short-a"));
        Assert.Equal((3, 0), await _cluster.StockOf("short-b"));
        Assert.Equal(["order.created", "order.failed"], await _cluster.EventsOf(order.Id));
    }

    [Fact]
    public async Task Lines_of_one_product_are_summed_before_they_are_reserved()
    {
        await _cluster.SetStock("summed", 5);

        var order = await _cluster.Settled(await _cluster.Place(("summed", 3), ("summed", 3)));

        Assert.Equal("insufficient stock: summed wanted 6, available 5", order.FailReason);
    }

    [Theory]
    [InlineData(19.98, OrderStatus.Reserved, null)]
    [InlineData(19.97, OrderStatus.Failed, "price changed: the total is 19.98, agreed was 19.97")]
    public async Task An_agreed_total_must_still_hold(decimal agreed, OrderStatus expected, string? reason)
    {
        await _cluster.SetStock($"agreed-{agreed}", 10, 9.99m);
        var id = await _cluster.NextId();
        await _cluster.Order(id).Place(Command(Alice, ($"agreed-{agreed}", 2)) with { AgreedTotal = agreed });

        var order = await _cluster.Settled(id);

        Assert.Equal((expected, reason), (order.Status, order.FailReason));
        Assert.Equal(expected == OrderStatus.Reserved ? (8, 2) : (10, 0), await _cluster.StockOf($"agreed-{agreed}"));
    }

    [Fact]
    public async Task A_repeated_place_is_answered_as_the_first_and_changes_nothing()
    {
        await _cluster.SetStock("again", 10);
        var id = await _cluster.NextId();
        var command = Command(Alice, ("again", 1));
        var first = await _cluster.Order(id).Place(command);
        await _cluster.Settled(id);
        await _cluster.DeactivateAll();

        var again = await _cluster.Order(id).Place(command);

        Assert.Equal((false, true), (first.WasPlacedBefore, again.WasPlacedBefore));
        Assert.Equal(first.Order!.Items.AsEnumerable(), again.Order!.Items.AsEnumerable());
        Assert.Equal(first.Order, again.Order with { Items = first.Order.Items });
        Assert.Equal((9, 1), await _cluster.StockOf("again"));
        Assert.Equal(["order.created", "order.reserved"], await _cluster.EventsOf(id));
    }

    [Fact]
    public async Task An_id_is_taken_for_another_body_and_another_user_also_after_deletion()
    {
        await _cluster.SetStock("taken", 10);
        var id = await _cluster.Place(("taken", 1));
        await _cluster.Settled(id);

        await AssertTaken(id);
        await _cluster.Order(id).Delete(Alice);
        await _cluster.DeactivateAll();
        await AssertTaken(id);
        Assert.Equal((10, 0), await _cluster.StockOf("taken"));
    }

    private async Task AssertTaken(long id)
    {
        Assert.Equal(Outcome.IdTaken, (await _cluster.Order(id).Place(Command(Alice, ("taken", 2)))).Outcome);
        Assert.Equal(Outcome.IdTaken, (await _cluster.Order(id).Place(Command(Bob, ("taken", 1)))).Outcome);
    }

    [Fact]
    public async Task A_hundred_concurrent_calls_with_one_id_place_one_order()
    {
        await _cluster.SetStock("hundredfold", 1000);
        var id = await _cluster.NextId();
        var command = Command(Alice, ("hundredfold", 1));

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _cluster.Order(id).Place(command)));

        Assert.All(results, result => Assert.Equal(Outcome.Ok, result.Outcome));
        await _cluster.Settled(id);
        Assert.Equal((999, 1), await _cluster.StockOf("hundredfold"));
        Assert.Equal(["order.created", "order.reserved"], await _cluster.EventsOf(id));
    }

    [Fact]
    public async Task Only_an_admin_places_an_order_for_another_user()
    {
        await _cluster.SetStock("for-another", 10);
        var command = Command(Alice, ("for-another", 1));
        var (byBob, byAdmin) = (await _cluster.NextId(), await _cluster.NextId());

        var refused = await _cluster.Order(byBob).Place(command with { By = Bob });
        var placed = await _cluster.Order(byAdmin).Place(command with { By = Admin });

        Assert.Equal(Outcome.Forbidden, refused.Outcome);
        Assert.Equal((Outcome.Ok, "alice"), (placed.Outcome, placed.Order!.UserId));
        Assert.Equal(Outcome.NotFound, (await _cluster.Order(byBob).Get(Admin)).Outcome);
    }
}
