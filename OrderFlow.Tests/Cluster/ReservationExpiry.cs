using OrderFlow.Orders;
using OrderFlow.Recovery;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Cluster;

[Collection(ClusterCollection.Name)]
public sealed class ReservationExpiry(SharedCluster shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task An_order_that_is_not_confirmed_in_time_is_cancelled_and_its_stock_is_available_again()
    {
        await _cluster.SetStock("expiring", 10);
        var id = await _cluster.Place(Command(Alice, ("expiring", 4)) with { ReserveFor = TimeSpan.FromMilliseconds(100) });

        var order = await _cluster.Expired(id);
        await _cluster.Quiet();

        Assert.Equal((OrderStatus.Cancelled, "expired", null), (order.Status, order.CancelReason, order.ExpiresAt));
        Assert.Equal((10, 0), await _cluster.StockOf("expiring"));
        Assert.Equal(["order.created", "order.reserved", "order.cancelled"], await _cluster.EventsOf(id));
        Assert.Equal("expired", await _cluster.Scalar<string>($"SELECT payload->>'reason' FROM outbox WHERE aggregateid = '{id}' AND type = 'order.cancelled'"));
        var changes = (await _cluster.Order(id).GetTransitions(Admin, afterVersion: 0)).Transitions;
        Assert.Equal("system", changes[^1].Actor);
        Assert.True(changes[^1].At >= changes[^2].At + TimeSpan.FromMilliseconds(100), $"reserved at {changes[^2].At:O}, expired at {changes[^1].At:O}");
    }

    [Fact]
    public async Task Orders_that_are_confirmed_or_not_yet_due_stay()
    {
        await _cluster.SetStock("staying", 10);
        var confirmed = await _cluster.Place(Command(Alice, ("staying", 1)) with { ReserveFor = TimeSpan.FromHours(1) });
        var waiting = await _cluster.Place(Command(Alice, ("staying", 2)) with { ReserveFor = TimeSpan.FromHours(1) });
        await _cluster.Settled(confirmed);
        await _cluster.Fulfilling(confirmed).ChangeStatus(new(OrderStatus.Confirmed, Payments));

        await _cluster.Expired(await _cluster.Place(Command(Alice, ("staying", 4)) with { ReserveFor = TimeSpan.Zero }));
        Assert.True(await _cluster.Fulfilling(confirmed).Expire());
        Assert.False(await _cluster.Fulfilling(waiting).Expire());
        await _cluster.Quiet();

        var order = await _cluster.Settled(waiting);
        Assert.Equal((OrderStatus.Reserved, order.UpdatedAt + TimeSpan.FromHours(1)), (order.Status, order.ExpiresAt!.Value));
        Assert.Equal((OrderStatus.Confirmed, null), ((await _cluster.Settled(confirmed)).Status, (await _cluster.Settled(confirmed)).ExpiresAt));
        Assert.Equal((7, 3), await _cluster.StockOf("staying"));
    }

    [Fact]
    public async Task An_order_that_was_pending_through_an_outage_expires_only_after_it_was_reserved()
    {
        await _cluster.SetStock("outage", 10);
        var id = await _cluster.NextId();
        await using var leave = _cluster.Database.CreateCommand($$"""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version, reserve_for)
            VALUES ({{id}}, 'alice', 'pending', '[{"productId": "outage", "quantity": 2}]', 0, 1, false, '[]', now() - interval '1 hour', now() - interval '1 hour', 1, interval '10 minutes')
            """);
        await leave.ExecuteNonQueryAsync();

        var order = await _cluster.Settled(id);
        await _cluster.Expired(await _cluster.Place(Command(Alice, ("outage", 4)) with { ReserveFor = TimeSpan.Zero }));
        await _cluster.Quiet();

        Assert.Equal((OrderStatus.Reserved, order.UpdatedAt + TimeSpan.FromMinutes(10)), (order.Status, order.ExpiresAt!.Value));
        Assert.Equal(OrderStatus.Reserved, (await _cluster.Settled(id)).Status);
        Assert.Equal((8, 2), await _cluster.StockOf("outage"));
    }

    [Fact]
    public async Task An_order_expires_though_a_silo_that_was_cut_off_has_reserved_it()
    {
        await _cluster.SetStock("expires-behind", 10);
        var id = await _cluster.Place(("expires-behind", 4));
        await _cluster.Settled(id);

        await using (var reserve = _cluster.Database.CreateCommand($"UPDATE orders SET expires_at = now() - interval '1 minute', version = version + 1 WHERE id = {id}"))
            await reserve.ExecuteNonQueryAsync();
        await _cluster.Expired(id);
        await _cluster.Quiet();

        Assert.Equal((10, 0), await _cluster.StockOf("expires-behind"));
    }

    [Fact]
    public async Task The_default_time_applies_where_the_client_does_not_say()
    {
        await using var cluster = await Start(silos: 1, settings: new KeyValuePair<string, string?>("Orders:ReservationLifetime", "00:10:00"));
        await cluster.SetStock("default", 10);

        var byDefault = await cluster.Settled(await cluster.Place(("default", 1)));
        var own = await cluster.Settled(await cluster.Place(Command(Alice, ("default", 1)) with { ReserveFor = TimeSpan.FromHours(1) }));

        Assert.Equal((TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)), (byDefault.ExpiresAt!.Value - byDefault.UpdatedAt, own.ExpiresAt!.Value - own.UpdatedAt));
    }

    [Fact]
    public async Task Orders_that_cannot_be_cancelled_do_not_keep_others_from_expiring()
    {
        await using var cluster = await Start(silos: 1);
        await cluster.SetStock("behind", 10);
        await using var leave = cluster.Database.CreateCommand($"""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version, expires_at)
            SELECT 9000000 + n, 'alice', 'reserved', '"unreadable"', 1, 1, false, '[]', now(), now(), 2, now() - interval '1 hour' FROM generate_series(1, {ExpiryGrain.BatchSize}) AS n
            """);
        await leave.ExecuteNonQueryAsync();

        await cluster.Expired(await cluster.Place(Command(Alice, ("behind", 4)) with { ReserveFor = TimeSpan.Zero }));
    }

    [Fact]
    public async Task An_order_expires_though_its_stock_does_not_answer()
    {
        await using var cluster = await Start(silos: 1, settings: new KeyValuePair<string, string?>("Orders:ExpiryInterval", "00:01:00"));
        await cluster.SetStock("silent", 10);
        var id = await cluster.Place(Command(Alice, ("silent", 4)) with { ReserveFor = TimeSpan.Zero });
        await cluster.Settled(id);
        var release = cluster.Faults.Hold("Release");

        Assert.True(await cluster.Fulfilling(id).Expire());
        Assert.True(await cluster.Scalar<bool>($"SELECT releasing FROM orders WHERE id = {id}"));

        release.Release();
        await cluster.Quiet();
        Assert.Equal((10, 0), await cluster.StockOf("silent"));
    }

    [Fact]
    public async Task Orders_expire_though_the_silo_that_runs_the_expiry_is_killed()
    {
        const int orders = 100;
        await using var cluster = await Start(silos: 2, responseTimeout: TimeSpan.FromSeconds(5));
        await cluster.SetStock("orphaned", 2 * orders);
        var command = Command(Alice, ("orphaned", 1)) with { ReserveFor = TimeSpan.Zero };
        var before = await Task.WhenAll(Enumerable.Range(0, orders).Select(_ => cluster.Place(command)));
        await cluster.Expired(before[0]);

        await cluster.KillSiloOf(cluster.Client.GetGrain<IExpiryGrain>(0));
        var after = await Task.WhenAll(Enumerable.Range(0, orders).Select(_ => Client.PlaceUntilAnswered(cluster, command)));

        await Eventually.Get(
            "all orders to expire", () => cluster.Scalar<long>("SELECT count(*) FROM orders WHERE status = 'cancelled' AND cancel_reason = 'expired'"), expired => expired == 2 * orders);
        await cluster.Quiet();
        Assert.Equal(2 * orders, before.Concat(after).Distinct().Count());
        Assert.Equal(2 * orders, await cluster.Scalar<long>("SELECT available_quantity - reserved_quantity FROM stock_items WHERE product_id = 'orphaned'"));
        Assert.Equal(
            (2L * orders, 2L * orders),
            (await cluster.Scalar<long>("SELECT count(*) FROM outbox WHERE type = 'order.cancelled' AND payload->>'reason' = 'expired'"),
             await cluster.Scalar<long>("SELECT count(DISTINCT aggregateid) FROM outbox WHERE type = 'order.cancelled'")));
    }
}
