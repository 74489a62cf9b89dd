using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

/// <summary>A commit is held up, its caller times out, and then it lands: no grain shows or decides on what was there before.</summary>
public sealed class LateCommits : IAsyncLifetime
{
    /// <summary>Only the held commit changes what is persisted.</summary>
    private static readonly KeyValuePair<string, string?> NoRecovery = new("Recovery:Interval", "00:10:00");

    private readonly PostgresProxy _proxy = new();
    private OrderFlowCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await OrderFlowCluster.Start(silos: 1, proxy: _proxy, settings: NoRecovery);
        await _cluster.SetStock("late", 1);
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task An_order_that_was_reloaded_while_its_commit_was_held_shows_it()
    {
        var commit = _proxy.Hold("\"status\":\"reserved\"");
        var id = await _cluster.Place(("late", 1));
        await LoseAnswer(commit);
        await _cluster.DeactivateAll();
        Assert.Equal(OrderStatus.Pending, (await _cluster.Order(id).Get(OrderFlowCluster.Alice)).Order!.Status);

        commit.Release();
        await Landed($"SELECT count(*) FROM orders WHERE id = {id} AND version = 2");

        Assert.Equal(OrderStatus.Reserved, (await _cluster.Order(id).Get(OrderFlowCluster.Alice)).Order!.Status);
        Assert.Equal([1L, 2L], (await _cluster.Order(id).GetTransitions(OrderFlowCluster.Alice, afterVersion: 0)).Transitions.Select(change => change.Version));
        Assert.Equal(OrderStatus.Reserved, (await _cluster.Order(id).GetSettled(OrderFlowCluster.Alice, TimeSpan.Zero)).Order!.Status);
    }

    [Fact]
    public async Task A_write_is_based_on_the_late_commit_or_makes_it_fail()
    {
        var commit = _proxy.Hold("\"status\":\"reserved\"");
        var id = await _cluster.Place(("late", 1));
        await LoseAnswer(commit);

        var cancelled = await _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, OrderFlowCluster.Alice);
        commit.Release();
        await _cluster.Quiet();
        var next = await _cluster.Place(("late", 1));

        Assert.Equal((Outcome.Ok, OrderStatus.Cancelled), (cancelled.Outcome, cancelled.Order!.Status));
        Assert.Equal(OrderStatus.Reserved, (await _cluster.Settled(next)).Status);
        Assert.Equal(["order.created", "order.cancelled"], await _cluster.EventsOf(id));
        Assert.Equal((0, 1), await _cluster.StockOf("late"));
    }

    [Fact]
    public async Task Units_of_a_late_release_can_be_reserved_by_the_next_order()
    {
        var holder = await _cluster.Place(("late", 1));
        await _cluster.Settled(holder);
        var release = _proxy.Hold("ON CONFLICT (product_id, order_id) DO UPDATE");
        var cancelling = _cluster.Order(holder).ChangeStatus(OrderStatus.Cancelled, OrderFlowCluster.Alice);
        await LoseAnswer(release);
        await cancelling;
        Assert.Equal((0, 1), await _cluster.StockOf("late"));

        release.Release();
        await Landed("SELECT count(*) FROM stock_items WHERE product_id = 'late' AND available_quantity = 1");
        await _cluster.Order(holder).Resume();
        var next = await _cluster.Place(("late", 1));

        Assert.Equal(OrderStatus.Reserved, (await _cluster.Settled(next)).Status);
        Assert.Equal((0, 1), await _cluster.StockOf("late"));
    }

    /// <summary>The release lands, and its order settles, between the read of the counts and the read of what unsettled orders hold.</summary>
    [Fact]
    public async Task Insufficient_is_final_only_where_no_late_release_can_land()
    {
        const long holder = 1_000_001;
        await using var left = _cluster.Database.CreateCommand($$"""
            INSERT INTO stock_items VALUES ('fenced', 0, 1, 1.00, 1, now());
            INSERT INTO stock_reservations VALUES ('fenced', {{holder}}, 1, 1, 1.00, false, NULL);
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            VALUES ({{holder}}, 'alice', 'cancelled', '[{"productId": "fenced", "quantity": 1}]', 1, 1, true, '[]', now(), now(), 3)
            """);
        await left.ExecuteNonQueryAsync();
        var counting = _proxy.Hold("r.tentative OR o.releasing");
        var reserving = _cluster.Stock("fenced").Reserve(new(1_000_002, 1, 1, Tentative: false));
        await counting.Arrived();

        var landed = await LateRelease(holder);
        counting.Release();
        var answer = await reserving;

        Assert.Equal((0, ReserveOutcome.Contended), (landed, answer.Outcome));
    }

    /// <summary>The release that a predecessor, which had read version 1, has written; where it lands, the order settles.</summary>
    private async Task<int> LateRelease(long orderId)
    {
        await using var release = _cluster.Database.CreateCommand(
            "UPDATE stock_items SET available_quantity = 1, reserved_quantity = 0, version = 2 WHERE product_id = 'fenced' AND version = 1");
        var landed = await release.ExecuteNonQueryAsync();
        if (landed == 0) return 0;

        await using var settle = _cluster.Database.CreateCommand($"""
            UPDATE stock_reservations SET released_at = now() WHERE order_id = {orderId};
            UPDATE orders SET releasing = false, version = 4 WHERE id = {orderId}
            """);
        await settle.ExecuteNonQueryAsync();
        return landed;
    }

    private static async Task LoseAnswer(PostgresProxy.HeldRequest commit)
    {
        await commit.Arrived();
        commit.CutClient();
    }

    private Task Landed(string count) => Eventually.Get("the held commit to land", () => _cluster.Scalar<long>(count), found => found == 1);
}
