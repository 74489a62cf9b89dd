using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

/// <summary>Orders whose silo has died, or is cut off without knowing it.</summary>
[Collection(ClusterCollection.Name)]
public sealed class OrderRecovery(SharedCluster shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task Recovery_resumes_a_stalled_order_and_its_next_attempt_takes_over_what_the_old_one_holds()
    {
        await _cluster.SetStock("left", 5);
        var id = await LeaveStalled("left", 2);

        var order = await _cluster.Settled(id);

        Assert.Equal((OrderStatus.Reserved, 2.00m), (order.Status, order.TotalAmount));
        Assert.Equal((3, 2), await _cluster.StockOf("left"));
        Assert.Equal(2, await _cluster.Scalar<int>($"SELECT attempt FROM orders WHERE id = {id}"));
    }

    [Fact]
    public async Task A_superseded_attempt_can_neither_reserve_nor_release_stock()
    {
        await _cluster.SetStock("cut-off", 5);
        var id = await LeaveStalled("cut-off", 2);
        await _cluster.Settled(id);

        var late = await _cluster.Stock("cut-off").Reserve(new(id, 1, 2, Tentative: false));
        await _cluster.Stock("cut-off").Release(id, 1);

        Assert.Equal(ReserveOutcome.Superseded, late.Outcome);
        Assert.Equal((3, 2), await _cluster.StockOf("cut-off"));
    }

    [Fact]
    public async Task Recovery_completes_a_release()
    {
        await _cluster.SetStock("half-cancelled", 5);
        var id = await LeaveStalled("half-cancelled", 2, status: "cancelled", releasing: true);

        await _cluster.Quiet();

        Assert.Equal((5, 0), await _cluster.StockOf("half-cancelled"));
        Assert.Equal(OrderStatus.Cancelled, (await _cluster.Settled(id)).Status);
    }

    [Fact]
    public async Task Recovery_resumes_a_fulfilled_order_that_still_consumes_its_units()
    {
        await _cluster.SetStock("half-fulfilled", 5);
        var id = await LeaveStalled("half-fulfilled", 2, status: "fulfilled", consuming: true);

        await _cluster.Quiet();

        Assert.Equal((3, 0), await _cluster.StockOf("half-fulfilled"));
        Assert.Equal(OrderStatus.Fulfilled, (await _cluster.Settled(id)).Status);
    }

    [Fact]
    public async Task Recovery_resumes_a_deleted_order_that_still_consumes_its_units()
    {
        await _cluster.SetStock("half-fulfilled-deleted", 5);
        var id = await LeaveStalled("half-fulfilled-deleted", 2, status: "fulfilled", consuming: true, deleted: true);

        await _cluster.Quiet();

        Assert.Equal((3, 0), await _cluster.StockOf("half-fulfilled-deleted"));
        Assert.Equal(Outcome.NotFound, (await _cluster.Order(id).Get(OrderFlowCluster.Admin)).Outcome);
    }

    [Fact]
    public async Task Recovery_completes_a_cancel_that_a_silo_that_was_cut_off_has_written()
    {
        await _cluster.SetStock("behind", 5);
        var id = await _cluster.Place(("behind", 2));
        Assert.Equal(OrderStatus.Reserved, (await _cluster.Settled(id)).Status);

        await using (var cancel = _cluster.Database.CreateCommand(
            $"UPDATE orders SET status = 'cancelled', releasing = true, version = version + 1, updated_at = now() - interval '1 minute' WHERE id = {id}"))
            await cancel.ExecuteNonQueryAsync();
        await _cluster.Quiet();

        Assert.Equal((5, 0), await _cluster.StockOf("behind"));
        Assert.Equal(OrderStatus.Cancelled, (await _cluster.Order(id).Get(OrderFlowCluster.Alice)).Order!.Status);
    }

    [Fact]
    public async Task A_late_release_frees_nothing_of_an_order_that_was_reserved_since()
    {
        await using var cluster = await OrderFlowCluster.Start(silos: 1, responseTimeout: TimeSpan.FromSeconds(1));
        await cluster.SetStock("late-a", 5);
        await cluster.SetStock("late-b", 0);
        var releases = cluster.Faults.Hold("Release");
        var id = await cluster.Place(("late-a", 1), ("late-b", 1));
        await Eventually.Get("both releases to be in flight", () => Task.FromResult(releases.Waiting), waiting => waiting >= 2);
        await cluster.Stock("late-b").Restock(5, OrderFlowCluster.Admin);

        var order = await cluster.Settled(id);
        releases.Release();
        await Eventually.Get("the releases to arrive", () => Task.FromResult(releases.Arrived), arrived => arrived == releases.Waiting);

        Assert.Equal(OrderStatus.Reserved, order.Status);
        Assert.Equal(((4, 1), (4, 1)), (await cluster.StockOf("late-a"), await cluster.StockOf("late-b")));
        await Reconciler.AssertConsistent(cluster);
    }

    [Fact]
    public async Task Reads_do_not_wait_for_a_reservation()
    {
        await _cluster.SetStock("read", 5);
        var reserves = _cluster.Faults.Hold("Reserve");
        var id = await _cluster.Place(("read", 1));
        await Eventually.Get("the reserve to be in flight", () => Task.FromResult(reserves.Waiting), waiting => waiting == 1);

        var seen = await _cluster.Order(id).Get(OrderFlowCluster.Alice);
        reserves.Release();

        Assert.Equal(OrderStatus.Pending, seen.Order!.Status);
        Assert.Equal(OrderStatus.Reserved, (await _cluster.Settled(id)).Status);
    }

    [Fact]
    public async Task Reads_do_not_wait_for_a_cancel_that_waits_for_its_release()
    {
        await _cluster.SetStock("read-cancel", 5);
        var id = await _cluster.Place(("read-cancel", 1));
        await _cluster.Settled(id);
        var releases = _cluster.Faults.Hold("Release");
        var cancelling = _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, OrderFlowCluster.Alice);
        await Eventually.Get("the release to be in flight", () => Task.FromResult(releases.Waiting), waiting => waiting == 1);

        var seen = await _cluster.Order(id).Get(OrderFlowCluster.Alice);
        var answered = cancelling.IsCompleted;
        releases.Release();

        Assert.Equal((OrderStatus.Cancelled, false), (seen.Order!.Status, answered));
        Assert.Equal(Outcome.Ok, (await cancelling).Outcome);
        Assert.Equal((5, 0), await _cluster.StockOf("read-cancel"));
    }

    [Fact]
    public async Task A_cancel_is_stored_during_a_reservation_and_releases_what_that_is_granted()
    {
        await _cluster.SetStock("cut-short", 5);
        var reserves = _cluster.Faults.Hold("Reserve");
        var id = await _cluster.Place(("cut-short", 1));
        await Eventually.Get("the reserve to be in flight", () => Task.FromResult(reserves.Waiting), waiting => waiting == 1);

        var cancelling = _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, OrderFlowCluster.Alice);
        await Eventually.Get("the cancel to be stored", () => _cluster.Order(id).Get(OrderFlowCluster.Alice), seen => seen.Order!.Status == OrderStatus.Cancelled);
        var arrived = reserves.Arrived;
        reserves.Release();

        Assert.Equal(0, arrived);
        Assert.Equal((Outcome.Ok, OrderStatus.Cancelled), ((await cancelling).Outcome, (await _cluster.Settled(id)).Status));
        Assert.Equal((5, 0), await _cluster.StockOf("cut-short"));
        Assert.Equal(["order.created", "order.cancelled"], await _cluster.EventsOf(id));
    }

    [Fact]
    public async Task Orders_that_cannot_settle_do_not_keep_recovery_from_the_others()
    {
        await using var cluster = await OrderFlowCluster.Start(silos: 1, settings: new KeyValuePair<string, string?>("Recovery:BatchSize", "2"));
        await using var leave = cluster.Database.CreateCommand("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            SELECT id, 'alice', 'pending', items::jsonb, 0, 1, false, '[]', now() - interval '1 minute', now() - interval '1 minute', 1
            FROM (VALUES (1, '"unreadable"'), (2, '"unreadable"'), (3, '[{"productId": "nowhere", "quantity": 1}]')) AS o (id, items)
            """);
        await leave.ExecuteNonQueryAsync();

        Assert.Equal("unknown product: nowhere", (await cluster.Settled(3)).FailReason);
    }

    /// <summary>An order that stalled after its first attempt was granted stock.</summary>
    private async Task<long> LeaveStalled(string productId, int quantity, string status = "pending", bool releasing = false, bool consuming = false, bool deleted = false)
    {
        var id = await _cluster.NextId();
        var granted = await _cluster.Stock(productId).Reserve(new(id, 1, quantity, Tentative: false));
        Assert.Equal(ReserveOutcome.Granted, granted.Outcome);
        await using var command = _cluster.Database.CreateCommand($$"""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, consuming, transitions, created_at, updated_at, deleted_at, version)
            VALUES ({{id}}, 'alice', '{{status}}', '[{"productId": "{{productId}}", "quantity": {{quantity}}}]', 0, 1, {{releasing}}, {{consuming}}, '[]',
              now() - interval '1 minute', now() - interval '1 minute', {{(deleted ? "now()" : "NULL")}}, 1)
            """);
        await command.ExecuteNonQueryAsync();
        return id;
    }
}
