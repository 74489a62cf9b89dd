using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Cluster;

/// <summary>What admins do with stock, and what is recorded of it.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StockCorrections(SharedCluster shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task Of_a_hundred_corrections_by_one_of_fifty_units_fifty_succeed()
    {
        await _cluster.SetStock("corrected", 50);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => Admin("corrected").Adjust(Operation($"{n}"), -1)));

        Assert.Equal((50, 50), (answers.Count(answer => answer.Outcome == Outcome.Ok), answers.Count(answer => answer.Outcome == Outcome.Conflict)));
        Assert.Equal((0, 0), await _cluster.StockOf("corrected"));
        Assert.Equal(51, await Movements("corrected"));
    }

    [Fact]
    public async Task Of_two_admins_with_the_same_version_one_wins()
    {
        for (var round = 0; round < 50; round++)
        {
            var id = $"contested-{round}";
            await _cluster.SetStock(id, 10);
            var version = (await _cluster.Stock(id).Get())!.Version;

            var answers = await Task.WhenAll(new[] { 1, 2 }.Select(n =>
                Admin(id).Set(Operation($"{n}") with { IfVersion = new([version]) }, availableQuantity: n, unitPrice: 1, lowStockThreshold: null)));

            Assert.Equal([Outcome.Ok, Outcome.Stale], answers.Select(answer => answer.Outcome).Order());
            Assert.Equal((Array.FindIndex(answers, answer => answer.Outcome == Outcome.Ok) + 1, 0), await _cluster.StockOf(id));
        }
    }

    [Theory]
    [InlineData("before write stock-item")]
    [InlineData("after write stock-item")]
    [InlineData("after call Restock")]
    public async Task A_restock_that_is_repeated_after_a_fault_adds_once(string point)
    {
        var id = $"restocked {point}";
        await _cluster.SetStock(id, 10);

        _cluster.Faults.Fail(point);
        await Assert.ThrowsAnyAsync<Exception>(() => Admin(id).Restock(Operation("a"), 5));
        var again = await UntilAnswered(() => Admin(id).Restock(Operation("a"), 5));
        var other = await Admin(id).Restock(Operation("a"), 6);

        Assert.Equal((Outcome.Ok, 15L, point != "before write stock-item"), (again.Outcome, again.Item!.AvailableQuantity, again.WasRepeated));
        Assert.Equal(Outcome.KeyReused, other.Outcome);
        Assert.Equal((15, 0), await _cluster.StockOf(id));
    }

    [Fact]
    public async Task The_movements_of_a_product_tell_what_orders_and_admins_did_and_add_up_to_its_stock()
    {
        await _cluster.SetStock("moved", 10);
        await Admin("moved").Adjust(Operation("a") with { Reason = "two broken" }, -2);
        await Admin("moved").Restock(Operation("b"), 5);
        var fulfilled = await _cluster.Place(("moved", 3));
        var cancelled = await _cluster.Place(("moved", 1));
        await _cluster.Settled(fulfilled);
        await _cluster.Settled(cancelled);
        await _cluster.Fulfilling(fulfilled).ChangeStatus(new(OrderStatus.Fulfilled, OrderFlowCluster.Admin));
        await _cluster.Order(cancelled).ChangeStatus(OrderStatus.Cancelled, Alice);
        await _cluster.Quiet();

        var page = (await Search.ListMovements(new("moved", Limit: 100), OrderFlowCluster.Admin)).Page!;
        var kinds = page.Items.Reverse().Select(movement => (movement.Kind, movement.AvailableDelta, movement.ReservedDelta, movement.OrderId, movement.Actor, movement.Reason)).ToList();

        Assert.Equal(
            [
                (StockMovementKind.Set, 10, 0, null, "admin", null), (StockMovementKind.Adjust, -2, 0, null, "admin", "two broken"),
                (StockMovementKind.Restock, 5, 0, null, "admin", null),
            ],
            kinds.Take(3));
        Assert.Equal(
            new (StockMovementKind, long, long, long?, string?, string?)[]
            {
                (StockMovementKind.Reserve, -3, 3, fulfilled, null, null), (StockMovementKind.Fulfil, 0, -3, fulfilled, null, null),
                (StockMovementKind.Reserve, -1, 1, cancelled, null, null), (StockMovementKind.Release, 1, -1, cancelled, null, null),
            }.Order(),
            kinds.Skip(3).Order());
        Assert.Equal(await _cluster.StockOf("moved"), (page.Items.Sum(movement => movement.AvailableDelta), page.Items.Sum(movement => movement.ReservedDelta)));
        Assert.Equal(Outcome.Forbidden, (await Search.ListMovements(new("moved", Limit: 100), Alice)).Outcome);
        Assert.Equal(Outcome.NotFound, (await Search.ListMovements(new("moved-unknown", Limit: 100), OrderFlowCluster.Admin)).Outcome);
    }

    [Fact]
    public async Task An_archived_product_is_unknown_until_it_is_restored_and_its_versions_go_on()
    {
        await _cluster.SetStock("archived", 10);
        var held = await _cluster.Place(("archived", 1));
        await _cluster.Settled(held);
        var refused = await Admin("archived").Archive(Operation("a"));
        await _cluster.Order(held).Delete(Alice);
        await _cluster.Quiet();
        var version = (await _cluster.Stock("archived").Get())!.Version;

        var archived = await Admin("archived").Archive(Operation("b"));
        var order = await _cluster.Settled(await _cluster.Place(("archived", 1)));

        Assert.Equal((Outcome.Conflict, "archived has units that are reserved for orders: 1"), (refused.Outcome, refused.Reason));
        Assert.Equal((Outcome.Ok, true), (archived.Outcome, (await Admin("archived").Archive(Operation("b"))).WasRepeated));
        Assert.Equal((OrderStatus.Failed, "unknown product: archived"), (order.Status, order.FailReason));
        Assert.Null(await _cluster.Stock("archived").Get());
        Assert.DoesNotContain("archived", (await Search.List(new(Limit: 100, Prefix: "archived"))).Items.Select(item => item.ProductId));
        Assert.Equal(Outcome.NotFound, (await Admin("archived").Restock(Operation("c"), 1)).Outcome);
        await _cluster.DeactivateAll();

        await _cluster.SetStock("archived", 3);
        Assert.Equal((3, 0), await _cluster.StockOf("archived"));
        Assert.InRange((await _cluster.Stock("archived").Get())!.Version, version + 2, long.MaxValue);
        Assert.Equal(OrderStatus.Reserved, (await _cluster.Settled(await _cluster.Place(("archived", 1)))).Status);
    }

    [Fact]
    public async Task Only_an_admin_changes_stock()
    {
        await _cluster.SetStock("guarded-by-role", 5);
        var byAlice = Operation("a") with { By = Alice };
        var stock = Admin("guarded-by-role");

        StockResult[] answers = [
            await stock.Set(byAlice, 1, 1, null), await stock.Restock(byAlice, 1), await stock.Adjust(byAlice, 1), await stock.ChangeSettings(byAlice, 1, 1),
            await stock.Archive(byAlice),
        ];

        Assert.All(answers, answer => Assert.Equal(Outcome.Forbidden, answer.Outcome));
        Assert.Equal((5, 0), await _cluster.StockOf("guarded-by-role"));
    }

    /// <summary>As a silo of 1.0.0 changes it, which is gone since.</summary>
    [Fact]
    public async Task What_is_not_recorded_is_recorded_once()
    {
        await _cluster.SetStock("unrecorded", 10);
        await _cluster.Scalar<long>(
            "WITH changed AS (UPDATE stock_items SET available_quantity = 4, version = version + 1 WHERE product_id = 'unrecorded' RETURNING version) SELECT * FROM changed");
        await _cluster.DeactivateAll();
        await _cluster.Stock("unrecorded").Get();

        await Admin("unrecorded").RecordChanges();
        await Admin("unrecorded").RecordChanges();

        Assert.Equal(2, await Movements("unrecorded"));
        Assert.Equal(-6, await _cluster.Scalar<long>("SELECT available_delta FROM stock_movements WHERE product_id = 'unrecorded' AND kind = 'unrecorded'"));
        Assert.Equal((4, 0), await _cluster.StockOf("unrecorded"));
    }

    private IStockSearchGrain Search => _cluster.Client.GetGrain<IStockSearchGrain>(0);

    private IStockAdminGrain Admin(string productId) => _cluster.Client.GetGrain<IStockAdminGrain>(productId);

    private Task<long> Movements(string productId) => _cluster.Scalar<long>($"SELECT count(*) FROM stock_movements WHERE product_id = '{productId}'");

    private static StockOperation Operation(string id) => new(id, OrderFlowCluster.Admin, RequestId: Guid.NewGuid());

    private static Task<StockResult> UntilAnswered(Func<Task<StockResult>> call) => Eventually.Get(
        "an answer",
        async () =>
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (error is UnavailableException or DeliberateFaultException)
            {
                return null!;
            }
        },
        answer => answer is not null);
}
