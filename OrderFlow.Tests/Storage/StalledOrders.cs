using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Finds unsettled orders among dead index entries of settled ones that are not vacuumed yet.</summary>
public sealed class StalledOrders : IAsyncLifetime
{
    private const int Settled = 3 * UnsettledOrders.MaxIdsInFlight;

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        var one = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = true };   // whose statistics can be flushed at once
        _connections = NpgsqlDataSource.Create(one);
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Orders_settled_under_an_old_snapshot_are_scanned_once_and_not_with_each_query()
    {
        await InsertPending(1, Settled + 1);
        await using var reader = await _database.Open();
        await using (var snapshot = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM orders", reader)) await snapshot.ExecuteScalarAsync();
        await _database.Execute("UPDATE orders SET status = 'reserved' WHERE id <= $1", (long)Settled);
        var unsettled = new UnsettledOrders(_connections, new SlowClock());

        var first = await EntriesRead(async () => Assert.Equal(1, (await unsettled.MeasurePending(default)).Count));
        var second = await EntriesRead(async () => Assert.Equal(1, (await unsettled.MeasurePending(default)).Count));
        var find = await EntriesRead(async () => Assert.Equal([Settled + 1L], await unsettled.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500)));

        Assert.Equal(Settled + 1, first);
        Assert.Equal((UnsettledOrders.MaxIdsInFlight, UnsettledOrders.MaxIdsInFlight), (second, find));
    }

    [Fact]
    public async Task An_order_that_appears_far_below_the_watermark_is_found_within_a_minute()
    {
        var clock = new SlowClock();
        var unsettled = new UnsettledOrders(_connections, clock);
        await InsertPending(Settled, 1);
        await unsettled.MeasurePending(default);
        await InsertPending(5, 1);

        Assert.Equal([(long)Settled], await unsettled.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
        clock.Advance(LowWatermark<long>.MaxAge / 2);
        await unsettled.MeasurePending(default);
        clock.Advance(LowWatermark<long>.MaxAge / 2);
        Assert.Equal([5L, Settled], await unsettled.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
        Assert.Equal(2, (await unsettled.MeasurePending(default)).Count);
        Assert.Equal([5L, Settled], await unsettled.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
    }

    [Fact]
    public async Task Every_scan_is_a_full_scan_where_that_is_cheap()
    {
        var unsettled = new UnsettledOrders(_connections, new FakeTimeProvider(Now));
        await InsertPending(Settled, 1);
        await unsettled.MeasurePending(default);
        await InsertPending(5, 1);

        Assert.Equal([5L, Settled], await unsettled.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
    }

    [Fact]
    public async Task A_fulfilled_order_is_found_while_it_consumes_its_units()
    {
        await InsertPending(1, 3);
        await _database.Execute("UPDATE orders SET status = 'fulfilled', consuming = id = 2 WHERE id <= 2; UPDATE orders SET status = 'confirmed' WHERE id = 3");
        var unsettled = new UnsettledOrders(_connections, new FakeTimeProvider(Now));

        Assert.Equal([2L], await unsettled.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
        Assert.Equal(0, (await unsettled.MeasurePending(default)).Count);
        Assert.Equal([2L], await unsettled.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
    }

    [Fact]
    public async Task Pending_orders_are_measured_without_deleted_and_releasing_ones()
    {
        await InsertPending(1, 4);
        await _database.Execute("UPDATE orders SET deleted_at = now(), releasing = true WHERE id = 1");
        await _database.Execute("UPDATE orders SET status = 'cancelled', releasing = true WHERE id = 2");
        await _database.Execute("""UPDATE orders SET transitions = '[{"status": "pending", "version": 1, "at": "2026-11-22T09:00:00Z"}]' WHERE id = 4""");

        Assert.Equal(new PendingBacklog(2, Now - TimeSpan.FromHours(1)), await new UnsettledOrders(_connections, new FakeTimeProvider(Now)).MeasurePending(default));
    }

    [Theory]
    [InlineData("yesterday, or so")]
    [InlineData("2026-13-45T10:00:00Z")]
    [InlineData("infinity")]
    public async Task An_order_with_an_unreadable_time_is_counted_and_hides_no_other(string at)
    {
        await InsertPending(1, 2);
        await _database.Execute("UPDATE orders SET updated_at = updated_at - interval '2 hours', transitions = jsonb_build_array(jsonb_build_object('at', $1)) WHERE id = 1", at);

        Assert.Equal(new PendingBacklog(2, Now - TimeSpan.FromHours(2)), await new UnsettledOrders(_connections, new FakeTimeProvider(Now)).MeasurePending(default));
    }

    private Task InsertPending(long first, long number) => _database.Execute("""
        INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
        SELECT id, 'alice', 'pending', '[]', 0, 1, false, '[]', $3, $3, 1 FROM generate_series($1, $1 + $2 - 1) AS id
        """, first, number, Now);

    private async Task<long> EntriesRead(Func<Task> query)
    {
        const string Read = "SELECT pg_stat_get_tuples_returned('orders_unsettled'::regclass)";
        await Flush();
        var before = await _database.Value<long>(Read);
        await query();
        await Flush();
        return await _database.Value<long>(Read) - before;
    }

    /// <summary>Makes the single connection report its reads.</summary>
    private async Task Flush()
    {
        await using var flush = _connections.CreateCommand("SELECT pg_stat_force_next_flush()");
        await flush.ExecuteNonQueryAsync();
    }

    /// <summary>By this clock every query is slow, so that full scans are as rare as possible.</summary>
    private sealed class SlowClock() : FakeTimeProvider(Now)
    {
        public override long GetTimestamp()
        {
            Advance(TimeSpan.FromSeconds(1));
            return base.GetTimestamp();
        }
    }
}
