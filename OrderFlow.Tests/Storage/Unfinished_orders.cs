using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Looking for unfinished orders beside the index entries of those that were settled and not vacuumed yet.</summary>
public sealed class Unfinished_orders : IAsyncLifetime
{
    private const int Settled = 3 * UnsettledOrders.IdsInUse;

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        var one = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = true };   // whose statistics can be had at once
        _connections = NpgsqlDataSource.Create(one);
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Orders_that_were_settled_under_an_old_snapshot_are_read_past_once_and_not_with_each_look()
    {
        await InsertPending(1, Settled + 1);
        await using var reader = await _database.Open();
        await using (var snapshot = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM orders", reader)) await snapshot.ExecuteScalarAsync();
        await _database.Execute("UPDATE orders SET status = 'reserved' WHERE id <= $1", (long)Settled);
        var unfinished = new UnsettledOrders(_connections, new SlowClock());

        var first = await EntriesRead(async () => Assert.Equal(1, (await unfinished.MeasurePending(default)).Count));
        var second = await EntriesRead(async () => Assert.Equal(1, (await unfinished.MeasurePending(default)).Count));
        var find = await EntriesRead(async () => Assert.Equal([Settled + 1L], await unfinished.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500)));

        Assert.Equal(Settled + 1, first);
        Assert.Equal((UnsettledOrders.IdsInUse, UnsettledOrders.IdsInUse), (second, find));
    }

    [Fact]
    public async Task One_that_turns_up_far_below_is_found_within_a_minute()
    {
        var clock = new SlowClock();
        var unfinished = new UnsettledOrders(_connections, clock);
        await InsertPending(Settled, 1);
        await unfinished.MeasurePending(default);
        await InsertPending(5, 1);

        Assert.Equal([(long)Settled], await unfinished.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
        clock.Advance(ScanFloor<long>.MaxAge / 2);
        await unfinished.MeasurePending(default);
        clock.Advance(ScanFloor<long>.MaxAge / 2);
        Assert.Equal([5L, Settled], await unfinished.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
        Assert.Equal(2, (await unfinished.MeasurePending(default)).Count);
        Assert.Equal([5L, Settled], await unfinished.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
    }

    [Fact]
    public async Task Where_a_look_at_everything_is_cheap_each_one_is()
    {
        var unfinished = new UnsettledOrders(_connections, new FakeTimeProvider(Now));
        await InsertPending(Settled, 1);
        await unfinished.MeasurePending(default);
        await InsertPending(5, 1);

        Assert.Equal([5L, Settled], await unfinished.FindStalled(Now + TimeSpan.FromHours(1), afterId: 0, limit: 500));
    }

    [Fact]
    public async Task The_oldest_of_the_pending_is_found_and_neither_deleted_ones_nor_those_that_only_release_are_counted()
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
    public async Task One_whose_time_cannot_be_read_is_counted_and_hides_no_other(string at)
    {
        await InsertPending(1, 2);
        await _database.Execute("UPDATE orders SET updated_at = updated_at - interval '2 hours', transitions = jsonb_build_array(jsonb_build_object('at', $1)) WHERE id = 1", at);

        Assert.Equal(new PendingBacklog(2, Now - TimeSpan.FromHours(2)), await new UnsettledOrders(_connections, new FakeTimeProvider(Now)).MeasurePending(default));
    }

    private Task InsertPending(long first, long number) => _database.Execute("""
        INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
        SELECT id, 'alice', 'pending', '[]', 0, 1, false, '[]', $3, $3, 1 FROM generate_series($1, $1 + $2 - 1) AS id
        """, first, number, Now);

    private async Task<long> EntriesRead(Func<Task> look)
    {
        const string Read = "SELECT pg_stat_get_tuples_returned('orders_unfinished'::regclass)";
        await Flush();
        var before = await _database.Value<long>(Read);
        await look();
        await Flush();
        return await _database.Value<long>(Read) - before;
    }

    /// <summary>Has the one connection report what it has read.</summary>
    private async Task Flush()
    {
        await using var flush = _connections.CreateCommand("SELECT pg_stat_force_next_flush()");
        await flush.ExecuteNonQueryAsync();
    }

    /// <summary>Everything takes long by it, so that looks at everything are as rare as they may be.</summary>
    private sealed class SlowClock() : FakeTimeProvider(Now)
    {
        public override long GetTimestamp()
        {
            Advance(TimeSpan.FromSeconds(1));
            return base.GetTimestamp();
        }
    }
}
