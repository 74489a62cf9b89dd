using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

[Collection(ClusterCollection.Name)]
public sealed class StockReservations(SharedCluster shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task A_thousand_orders_for_a_hundred_units_reserve_exactly_a_hundred()
    {
        const int runs = 20;
        for (var run = 0; run < runs; run++)
        {
            var scarce = $"scarce-{run}";
            await _cluster.SetStock(scarce, 100);

            var ids = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => _cluster.Place((scarce, 1))));
            var orders = await Task.WhenAll(ids.Select(_cluster.Settled));

            Assert.Equal(100, orders.Count(order => order.Status == OrderStatus.Reserved));
            Assert.Equal(900, orders.Count(order => order.FailReason == $"insufficient stock: {scarce} wanted 1, available 0"));
            Assert.Equal((0, 100), await _cluster.StockOf(scarce));
        }
    }

    [Fact]
    public async Task Of_two_orders_for_the_last_unit_of_the_same_two_products_exactly_one_is_reserved()
    {
        const int rounds = 200;
        for (var round = 0; round < rounds; round++)
        {
            var (a, b) = ($"last-a-{round}", $"last-b-{round}");
            await Task.WhenAll(_cluster.SetStock(a, 1), _cluster.SetStock(b, 1));

            var ids = await Task.WhenAll(_cluster.Place((a, 1), (b, 1)), _cluster.Place((b, 1), (a, 1)));
            var statuses = (await Task.WhenAll(ids.Select(_cluster.Settled))).Select(order => order.Status).Order();

            Assert.Equal([OrderStatus.Reserved, OrderStatus.Failed], statuses);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task A_repeated_reserve_is_answered_as_the_first_whatever_became_of_stock_and_price_since(long left)
    {
        await _cluster.SetStock("repeated", 5, 3.00m);
        var first = await _cluster.Stock("repeated").Reserve(new(9_000_001 + left, 1, 5, Tentative: false));
        await _cluster.Stock("repeated").Set(left, 4.00m, OrderFlowCluster.Admin);
        await _cluster.DeactivateAll();

        var again = await _cluster.Stock("repeated").Reserve(new(9_000_001 + left, 1, 5, Tentative: false));

        Assert.Equal(new ReserveResult(ReserveOutcome.Granted, 3.00m), first);
        Assert.Equal(first, again);
        await _cluster.Stock("repeated").Release(9_000_001 + left, 1);
        await _cluster.Stock("repeated").Release(9_000_001 + left, 1);
        Assert.Equal((left + 5, 0), await _cluster.StockOf("repeated"));
    }

    [Fact]
    public async Task First_attempts_repeated_ones_and_releases_can_share_a_write()
    {
        await _cluster.SetStock("together", 10, 3.00m);
        var stock = _cluster.Stock("together");
        await stock.Reserve(new(9_000_101, 1, 1, Tentative: false));
        await stock.Reserve(new(9_000_102, 1, 2, Tentative: false));

        var release = stock.Release(9_000_102, 1);
        var granted = await Task.WhenAll(Enumerable.Range(9_000_101, 4).Where(id => id != 9_000_102).Select(id => stock.Reserve(new(id, 1, 1, Tentative: false))));
        await release;

        Assert.All(granted, answer => Assert.Equal(new ReserveResult(ReserveOutcome.Granted, 3.00m), answer));
        Assert.Equal((7, 3), await _cluster.StockOf("together"));
    }

    /// <summary>As when the product was active on another silo for a moment.</summary>
    [Fact]
    public async Task Counts_that_another_writer_has_changed_are_reloaded()
    {
        await _cluster.SetStock("elsewhere", 10, 3.00m);
        Assert.Equal(4, await _cluster.Scalar<long>(
            "WITH changed AS (UPDATE stock_items SET available_quantity = 4, version = version + 1 WHERE product_id = 'elsewhere' RETURNING available_quantity) SELECT * FROM changed"));

        var granted = await _cluster.Stock("elsewhere").Reserve(new(9_000_111, 1, 3, Tentative: false));

        Assert.Equal(ReserveOutcome.Granted, granted.Outcome);
        Assert.Equal((1, 3), await _cluster.StockOf("elsewhere"));
    }

    [Fact]
    public async Task A_released_attempt_can_never_reserve_stock_and_a_late_release_never_frees_a_later_attempt()
    {
        await _cluster.SetStock("attempts", 5);
        var stock = _cluster.Stock("attempts");
        await stock.Release(9_000_002, 1);

        var late = await stock.Reserve(new(9_000_002, 1, 2, Tentative: false));
        var next = await stock.Reserve(new(9_000_002, 2, 2, Tentative: false));
        await stock.Release(9_000_002, 1);

        Assert.Equal((ReserveOutcome.Superseded, ReserveOutcome.Granted), (late.Outcome, next.Outcome));
        Assert.Equal((3, 2), await _cluster.StockOf("attempts"));
        await stock.Release(9_000_002, 2);
    }

    [Fact]
    public async Task An_attempt_that_was_released_before_the_product_existed_reserves_nothing()
    {
        await _cluster.Stock("late-product").Release(9_000_003, 1);
        await _cluster.SetStock("late-product", 5);

        var late = await _cluster.Stock("late-product").Reserve(new(9_000_003, 1, 2, Tentative: false));

        Assert.Equal(ReserveOutcome.Superseded, late.Outcome);
        Assert.Equal((5, 0), await _cluster.StockOf("late-product"));
    }

    [Fact]
    public async Task Only_an_admin_sets_and_restocks()
    {
        await _cluster.SetStock("guarded", 5);

        var set = await _cluster.Stock("guarded").Set(50, 1, OrderFlowCluster.Alice);
        var restock = await _cluster.Stock("guarded").Restock(50, OrderFlowCluster.Alice);
        var unknown = await _cluster.Stock("guarded-unknown").Restock(50, OrderFlowCluster.Admin);

        Assert.Equal((Outcome.Forbidden, Outcome.Forbidden, Outcome.NotFound), (set.Outcome, restock.Outcome, unknown.Outcome));
        Assert.Equal((5, 0), await _cluster.StockOf("guarded"));
        Assert.Null(await _cluster.Stock("guarded-unknown").Get());
    }

    [Fact]
    public async Task Restocking_beyond_the_limit_is_refused()
    {
        await _cluster.SetStock("full", Limits.AvailableQuantity);

        var refused = await _cluster.Stock("full").Restock(1, OrderFlowCluster.Admin);

        Assert.Equal((Outcome.Conflict, "full has 1000000000 units; 1 more would exceed the limit of 1000000000"), (refused.Outcome, refused.Reason));
    }
}
