using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Recovery;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Finds expired orders among many that have not expired.</summary>
public sealed class ExpiredOrderQueries : IAsyncLifetime
{
    private const int Expired = 25;

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private ExpiredOrders _orders = null!;

    /// <summary>Every fifth of the first orders expired, two by two at the same time, the later ids first; the others will in an hour, or never.</summary>
    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = true });   // whose statistics can be flushed at once
        _orders = new(_connections, _time);
        await _database.Execute($"""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version, reserve_for, expires_at)
            SELECT id, 'alice', 'reserved', '[]', 1, 1, false, '[]', now(), now(), 2, interval '1 minute',
              CASE WHEN id % 5 = 0 AND id <= {5 * Expired} THEN now() - (id / 10) * interval '1 minute' WHEN id % 2 = 0 THEN now() + interval '1 hour' END
            FROM generate_series(1, 10000) AS id;
            ANALYZE orders
            """);
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Pages_go_through_all_expired_orders_by_time_and_id()
    {
        var expected = await _database.Column<long>("SELECT id FROM orders WHERE expires_at <= now() ORDER BY expires_at, id");
        Assert.Equal((Expired, 120L, 125L), (expected.Count, expected[0], expected[1]));

        var found = new List<ExpiredOrder>();
        while (await _orders.Find(found.LastOrDefault(), limit: 4) is { Count: > 0 } page) found.AddRange(page);

        Assert.Equal(expected, found.Select(order => order.Id));
    }

    [Fact]
    public async Task Only_reserved_orders_whose_time_is_over_are_found()
    {
        await _database.Execute("UPDATE orders SET expires_at = now() + interval '1 hour' WHERE expires_at <= now()");
        await _database.Execute("""
            UPDATE orders SET expires_at = now() - interval '1 hour', status = (ARRAY['pending', 'reserved', 'failed', 'cancelled', 'confirmed', 'fulfilled'])[id] WHERE id <= 6
            """);

        Assert.Equal([2L], (await _orders.Find(after: null, limit: 10)).Select(order => order.Id));
    }

    [Fact]
    public async Task An_order_that_expired_before_the_last_search_began_is_found_within_a_minute()
    {
        await _database.Execute("UPDATE orders SET status = 'cancelled' WHERE expires_at <= now()");
        Assert.Empty(await _orders.Find(after: null, limit: 10));
        await _database.Execute("UPDATE orders SET expires_at = now() - interval '1 hour' WHERE id = 2");   // as a commit that was held up for an hour

        Assert.Empty(await _orders.Find(after: null, limit: 10));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([2L], (await _orders.Find(after: null, limit: 10)).Select(order => order.Id));
    }

    [Fact]
    public async Task A_silo_whose_clock_is_ahead_finds_what_expires_by_the_clock_of_the_database()
    {
        _time.Advance(TimeSpan.FromHours(1));
        await _database.Execute("UPDATE orders SET status = 'cancelled' WHERE expires_at <= now()");
        Assert.Empty(await _orders.Find(after: null, limit: 10));
        await _database.Execute("UPDATE orders SET expires_at = now() WHERE id = 2");

        Assert.Equal([2L], (await _orders.Find(after: null, limit: 10)).Select(order => order.Id));
    }

    [Fact]
    public async Task A_page_reads_no_more_index_entries_than_it_returns()
    {
        var first = await EntriesRead(() => _orders.Find(after: null, limit: 10), found: 10);
        await EntriesRead(() => _orders.Find(first[^1], limit: 10), found: 10);
        await EntriesRead(() => _orders.Find(after: null, limit: 1000), found: Expired);
    }

    /// <summary>Asserts how many orders are found, and that the query reads only their entries of its index.</summary>
    private async Task<IReadOnlyList<ExpiredOrder>> EntriesRead(Func<Task<IReadOnlyList<ExpiredOrder>>> query, int found)
    {
        const string read = "SELECT pg_stat_get_tuples_returned('orders_expiring'::regclass)";
        await Flush();
        var before = await _database.Value<long>(read);
        var orders = await query();
        await Flush();

        Assert.Equal((found, found), (orders.Count, await _database.Value<long>(read) - before));
        return orders;
    }

    /// <summary>Makes the single connection report its reads.</summary>
    private async Task Flush()
    {
        await using var flush = _connections.CreateCommand("SELECT pg_stat_force_next_flush()");
        await flush.ExecuteNonQueryAsync();
    }
}
