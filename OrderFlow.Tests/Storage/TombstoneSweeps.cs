using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Recovery;
using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

public sealed class TombstoneSweeps : IAsyncLifetime
{
    private static readonly DateTimeOffset Limit = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Limit);
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Only_rows_older_than_the_retention_are_swept_and_no_order_that_still_releases()
    {
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, deleted_at, version)
            SELECT id, 'alice', 'cancelled', '[]', 0, 1, releasing, '[]', now(), now(), deleted_at, 1
            FROM (VALUES
              (1, $1 - interval '1 millisecond', false), (2, $1 - interval '1 millisecond', true), (3, $1, false), (4, NULL, false)) AS o (id, deleted_at, releasing)
            """, Limit);
        await _database.Execute("""
            INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at)
            SELECT 'sku-1', id, 1, 1, 1, false, released_at
            FROM (VALUES (1, $1 - interval '1 millisecond'), (2, $1), (3, NULL)) AS r (id, released_at)
            """, Limit);
        await _database.Execute("""
            INSERT INTO orleans_grain_state (grain_id_hash, grain_type_hash, grain_id_n0, grain_id_n1, grain_extension, state_name, service_id, version, modified_at)
            SELECT 1, 1, 0, 0, key, state_name, 'orderflow', 1, modified_at
            FROM (VALUES
              ('idem/old', 'idempotency', $1 - interval '1 millisecond'), ('idem/new', 'idempotency', $1),
              ('other', 'subscriptions', $1 - interval '1 day')) AS k (key, state_name, modified_at)
            """, Limit);
        var tombstones = new Tombstones(_connections, _clock);

        Assert.Equal(new Batch(Rows: 1, IsFull: false), await tombstones.SweepOrders(Limit));
        Assert.Equal(new Batch(Rows: 1, IsFull: false), await tombstones.SweepReservations(Limit));
        Assert.Equal(new Batch(Rows: 1, IsFull: false), await tombstones.SweepKeys(Limit));

        Assert.Equal([2L, 3L, 4L], await _database.Column<long>("SELECT id FROM orders ORDER BY id"));
        Assert.Equal([2L, 3L], await _database.Column<long>("SELECT order_id FROM stock_reservations ORDER BY order_id"));
        Assert.Equal(["idem/new", "other"], await _database.Column<string>("SELECT grain_extension FROM orleans_grain_state ORDER BY grain_extension"));
    }

    [Fact]
    public async Task Operations_of_stock_are_swept_by_age()
    {
        await _database.Execute("""
            INSERT INTO stock_operations (product_id, id, fingerprint, request_id, answer, used_at)
            SELECT 'sku-1', id, 'f', gen_random_uuid(), '{}', used_at FROM (VALUES ('old', $1 - interval '1 millisecond'), ('new', $1)) AS o (id, used_at)
            """, Limit);

        Assert.Equal(new Batch(Rows: 1, IsFull: false), await new Tombstones(_connections, _clock).SweepStockOperations(Limit));
        Assert.Equal(["new"], await _database.Column<string>("SELECT id FROM stock_operations"));
    }

    [Fact]
    public async Task A_deleted_order_that_still_consumes_is_not_swept()
    {
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, consuming, transitions, created_at, updated_at, deleted_at, version)
            SELECT id, 'alice', 'fulfilled', '[]', 0, 1, false, id = 1, '[]', now(), now(), $1 - interval '1 day', 1 FROM generate_series(1, 2) AS id
            """, Limit);

        Assert.Equal(1, (await new Tombstones(_connections, _clock).SweepOrders(Limit)).Rows);
        Assert.Equal([1L], await _database.Column<long>("SELECT id FROM orders"));
    }

    [Fact]
    public async Task Reservations_of_unsettled_orders_are_swept_once_those_have_settled()
    {
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, consuming, transitions, created_at, updated_at, version)
            SELECT id, 'alice', status, '[]', 0, 1, status = 'cancelled', status = 'fulfilled', '[]', now(), now(), 1
            FROM (VALUES (1, 'pending'), (2, 'cancelled'), (3, 'fulfilled'), (4, 'reserved')) AS o (id, status)
            """);
        await _database.Execute("""
            INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at, consumed)
            SELECT 'sku-1', id, 1, 1, 1, false, $1 - interval '1 day', id = 3 FROM generate_series(1, 5) AS id
            """, Limit);
        var tombstones = new Tombstones(_connections, _clock);

        Assert.Equal(2, (await tombstones.SweepReservations(Limit)).Rows);
        Assert.Equal([1L, 2L, 3L], await _database.Column<long>("SELECT order_id FROM stock_reservations ORDER BY order_id"));

        await _database.Execute("UPDATE orders SET status = 'failed', releasing = false, consuming = false");
        _clock.Advance(LowWatermark<DateTimeOffset>.MaxAge);
        Assert.Equal(3, (await tombstones.SweepReservations(Limit)).Rows);
    }

    [Fact]
    public async Task A_sweep_of_reservations_reads_no_unsettled_orders_but_their_own()
    {
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            SELECT id, 'alice', 'reserved', '[]', 0, 1, false, '[]', now(), now(), 1 FROM generate_series(1, 20000) AS id
            """);
        await _database.Execute("ANALYZE orders");   // of a quiet time
        await _database.Execute("UPDATE orders SET status = 'pending' WHERE id > 100");
        await _database.Execute("""
            INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at)
            SELECT 'sku-1', id, 1, 1, 1, false, $1 - interval '1 day' FROM generate_series(1, 100) AS id
            """, Limit);
        await using var connections = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = true });
        var before = await RowsRead.Of(connections, "orders");

        Assert.Equal(100, (await new Tombstones(connections, _clock).SweepReservations(Limit)).Rows);

        Assert.InRange(await RowsRead.Of(connections, "orders") - before, 0, 500);
    }

    [Fact]
    public async Task A_deleted_order_stays_while_an_expired_key_of_1_0_0_is_not_swept()
    {
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, deleted_at, version)
            SELECT 1, 'alice', 'cancelled', '[]', 0, 1, false, '[]', now(), now(), $1 - interval '1 minute', 1
            """, Limit);
        await InsertKeys(1, age: TimeSpan.FromHours(1), """{"OrderId":2,"Fingerprint":"f","UsedAt":"2026-11-22T09:00:00Z"}""");
        await InsertKeys(1, age: TimeSpan.FromHours(1), """{"OrderId":1,"Fingerprint":"f"}""", first: 2);
        var tombstones = new Tombstones(_connections, _clock);

        Assert.Equal(0, (await tombstones.SweepOrders(Limit)).Rows);
        Assert.Equal(2, (await tombstones.SweepKeys(Limit)).Rows);
        await InsertKeys(1, age: TimeSpan.Zero, """{"OrderId":3,"Fingerprint":"f"}""");
        await InsertKeys(1, age: TimeSpan.FromHours(1), """{"OrderId":2,"Fingerprint":"f","UsedAt":"2026-11-22T09:00:00Z"}""", first: 2);

        Assert.Equal(1, (await tombstones.SweepOrders(Limit)).Rows);
    }

    /// <summary>5,000 rows a second in the 5 s between two runs.</summary>
    [Fact]
    public async Task One_run_sweeps_all_rows_that_come_due_between_two_runs()
    {
        const int Due = 25_001;
        await _database.Execute($"""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, deleted_at, version)
            SELECT id, 'alice', 'cancelled', '[]', 0, 1, false, '[]', now(), now(), $1 - id * interval '1 millisecond', 1 FROM generate_series(1, {Due}) AS id
            """, Limit);
        await _database.Execute($"""
            INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at)
            SELECT 'sku-1', id, 1, 1, 1, false, $1 - id * interval '1 millisecond' FROM generate_series(1, {Due}) AS id
            """, Limit);
        await InsertKeys(Due, age: TimeSpan.FromHours(1));
        var tombstones = new Tombstones(_connections, _clock);
        var jobs = new RecoveryJobFixture(_clock);

        await jobs.Create("sweep deleted orders", () => tombstones.SweepOrders(Limit)).Run(default);
        await jobs.Create("sweep released reservations", () => tombstones.SweepReservations(Limit)).Run(default);
        await jobs.Create("sweep used keys", () => tombstones.SweepKeys(Limit)).Run(default);

        Assert.Equal((0, 0, 0), (await Count("orders"), await Count("stock_reservations"), await Count("orleans_grain_state")));
        Assert.Empty(jobs.LogLines);
    }

    [Fact]
    public async Task A_row_that_appears_below_the_watermark_is_swept_within_a_minute()
    {
        await InsertKeys(1, age: TimeSpan.FromHours(1));
        var tombstones = new Tombstones(_connections, _clock);
        Assert.Equal(1, (await tombstones.SweepKeys(Limit)).Rows);
        await InsertKeys(1, age: TimeSpan.FromHours(2));

        Assert.Equal(0, (await tombstones.SweepKeys(Limit)).Rows);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await InsertKeys(1, age: TimeSpan.FromMinutes(30), first: 2);
        Assert.Equal(1, (await tombstones.SweepKeys(Limit)).Rows);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, (await tombstones.SweepKeys(Limit)).Rows);
    }

    private Task InsertKeys(int number, TimeSpan age, string? payload = null, int first = 1) => _database.Execute($"""
        INSERT INTO orleans_grain_state (grain_id_hash, grain_type_hash, grain_id_n0, grain_id_n1, grain_extension, state_name, service_id, payload, version, modified_at)
        SELECT n, 1, 0, 0, 'idem/' || n, 'idempotency', 'orderflow', convert_to($2, 'UTF8'), 1, $1 FROM generate_series({first}, {first + number - 1}) AS n
        """, Limit - age, (object?)payload ?? DBNull.Value);

    private Task<long> Count(string table) => _database.Value<long>($"SELECT count(*) FROM {table}");
}
