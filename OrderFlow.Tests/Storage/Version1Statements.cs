using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Silo.Outbox;
using OrderFlow.Silo.Postgres.Inventory;
using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>During an update silos of 1.0.0 still serve: their statements name the columns that they know.</summary>
public sealed class Version1Statements
{
    private const string PlaceOrders = """
        INSERT INTO orders (id, user_id, status, items, total_amount, agreed_total, attempt, releasing, transitions, created_at, updated_at, version)
        SELECT id, 'alice', 'pending', '[{"productId": "sku-1", "quantity": 2}]', 0, NULL, 1, false, '[{"status": "pending", "version": 1, "at": "2026-11-22T10:00:00Z"}]', now(), now(), 1
        FROM generate_series($1, $2) AS id
        """;

    private const string ChangeOrder = """
        WITH changed AS (
          UPDATE orders o
          SET status = w.status, total_amount = 4.00, fail_reason = NULL, attempt = 1, releasing = w.releasing,
              transitions = transitions || jsonb_build_object('status', w.status, 'version', w.version, 'at', '2026-11-22T10:00:01Z'), updated_at = now(), deleted_at = NULL, version = w.version
          FROM unnest(ARRAY[$1], ARRAY[$2], ARRAY[$3], ARRAY[$4]) AS w (id, status, releasing, version)
          WHERE o.id = w.id AND o.version = w.version - 1
          RETURNING o.id)
        SELECT require_rows(count(*), 1) FROM changed
        """;

    private const string WriteReservation = """
        INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at)
        SELECT * FROM unnest(ARRAY['sku-1'], ARRAY[$1], ARRAY[1], ARRAY[2::bigint], ARRAY[2.00], ARRAY[false], ARRAY[$2::timestamptz])
        ON CONFLICT (product_id, order_id) DO UPDATE
        SET attempt = excluded.attempt, quantity = excluded.quantity, unit_price = excluded.unit_price,
            tentative = excluded.tentative, released_at = excluded.released_at
        """;

    [Theory]
    [InlineData("SELECT id FROM orders WHERE (status = 'pending' OR releasing) AND id > 5 AND updated_at < now() ORDER BY id LIMIT 500")]
    [InlineData("SELECT id, releasing FROM orders WHERE status = 'pending' OR releasing")]
    public async Task Queries_of_unsettled_orders_use_the_index_that_replaces_theirs(string query)
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await database.Execute(PlaceOrders, 1L, 20_000L);
        await database.Execute("UPDATE orders SET status = 'reserved' WHERE id % 1000 > 0");
        await database.Execute("ANALYZE orders");

        var plan = await database.Column<string>($"EXPLAIN {query}");

        Assert.Contains(plan, line => line.Contains("orders_unsettled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_order_of_1_0_0_is_read_with_the_defaults_of_the_new_columns()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        await using var storage = new OrderStorage(connections, new OutboxSignal(), TestMetrics.Commits, TestMetrics.Orders);

        await database.Execute(PlaceOrders, 1L, 2L);
        await database.Execute(ChangeOrder, 1L, "reserved", false, 2L);
        await database.Execute("UPDATE orders SET expires_at = now() WHERE id = 1");
        await database.Execute(ChangeOrder, 1L, "cancelled", true, 3L);
        var (cancelled, pending) = (await Read(storage, 1), await Read(storage, 2));

        Assert.Equal((OrderStatus.Cancelled, "cancelled", true, false), (cancelled.Status, cancelled.CancelReason, cancelled.Releasing, cancelled.Consuming));
        Assert.Equal((OrderStatus.Pending, null, false), (pending.Status, pending.CancelReason, pending.Consuming));
        Assert.All(new[] { cancelled, pending }, order => Assert.Equal((null, null, null), (order.ReserveFor, order.ExpiresAt, order.Tracking)));
        Assert.All(cancelled.Transitions, transition => Assert.Null(transition.Actor));
        var listed = (await new OrderIndex(new(connections, TimeProvider.System)).List(new(null, "alice", 1, 10))).Items.OrderByDescending(order => order.Id);
        Assert.Equal([(null, null), ("cancelled", null)], listed.Select(order => (order.CancelReason, order.ExpiresAt)));
    }

    [Fact]
    public async Task An_order_of_this_version_keeps_its_new_columns_when_1_0_0_changes_it()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        await using var storage = new OrderStorage(connections, new OutboxSignal(), TestMetrics.Commits, TestMetrics.Orders);
        await database.Execute(PlaceOrders, 1L, 1L);
        await database.Execute("UPDATE orders SET reserve_for = interval '1 minute'");

        await database.Execute(ChangeOrder, 1L, "reserved", false, 2L);

        Assert.Equal((OrderStatus.Reserved, TimeSpan.FromMinutes(1)), ((await Read(storage, 1)).Status, (await Read(storage, 1)).ReserveFor!.Value));
    }

    [Fact]
    public async Task A_reservation_of_1_0_0_is_read_as_not_consumed()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        await using var reservations = new Reservations(connections);

        await database.Execute(WriteReservation, 1L, DBNull.Value);
        await database.Execute(WriteReservation, 2L, DateTime.UnixEpoch);
        await database.Execute(WriteReservation, 1L, DBNull.Value);

        Assert.Equal(
            [new(1, 1, 2, 2.00m, Tentative: false, ReleasedAt: null), new StockReservation(2, 1, 2, 2.00m, Tentative: false, DateTimeOffset.UnixEpoch)],
            (await reservations.Find("sku-1", [1, 2])).Rows.OrderBy(row => row.OrderId));
    }

    /// <summary>1.0.0 ends with 0008; later scripts were published before fulfilment.</summary>
    [Theory]
    [InlineData("0008_outbox_trace.sql")]
    [InlineData("0014_stock_item_counts.sql")]
    public async Task A_database_is_migrated_while_1_0_0_places_and_changes_orders(string last)
    {
        const int Before = 20_000;
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        var scripts = DatabaseMigrations.Scripts.Where(script => string.CompareOrdinal(script.Name, last) <= 0).ToList();
        await DatabaseMigrations.Apply(database.ConnectionString, NullLogger.Instance, scripts);
        await database.Execute(PlaceOrders, 1L, (long)Before);
        await database.Execute("UPDATE orders SET status = (ARRAY['reserved', 'failed', 'cancelled', 'pending'])[id % 4 + 1], releasing = id % 8 = 2");
        await database.Execute("UPDATE orders SET deleted_at = now() WHERE id % 12 = 2");
        const string rows = $"SELECT md5(string_agg(concat_ws(' ', id, status, items, total_amount, attempt, releasing, transitions, deleted_at, version), ';' ORDER BY id)) FROM orders WHERE id <= 20000";
        var old = await database.Value<string>(rows);

        using var migrated = new CancellationTokenSource();
        var written = WriteUntil(database, Before + 1, migrated.Token);
        await DatabaseMigrations.Apply(database.ConnectionString, NullLogger.Instance);
        await migrated.CancelAsync();

        Assert.Equal(old, await database.Value<string>(rows));
        Assert.Equal(await written, await database.Value<long>("SELECT count(*) FROM orders WHERE id > $1 AND status = 'reserved' AND version = 2", (long)Before));
        Assert.Equal(["orders_expiring", "orders_unsettled"], await database.Column<string>("""
            SELECT relname::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE indisvalid AND relname IN ('orders_unfinished', 'orders_unsettled', 'orders_expiring') ORDER BY relname
            """));
        Assert.True(await database.Value<bool>("SELECT convalidated FROM pg_constraint WHERE conname = 'orders_status_check'"));
        await database.Execute("UPDATE orders SET status = 'confirmed' WHERE id = 4; UPDATE orders SET status = 'fulfilled', consuming = true WHERE id = 8");
    }

    /// <summary>Places and reserves one order after the other, also once after the end.</summary>
    private static async Task<long> WriteUntil(PostgresDatabase database, long firstId, CancellationToken end)
    {
        for (var id = firstId; ; id++)
        {
            var isLast = end.IsCancellationRequested;
            await database.Execute(PlaceOrders, id, id);
            await database.Execute(ChangeOrder, id, "reserved", false, 2L);
            await database.Execute(WriteReservation, id, DBNull.Value);
            if (isLast) return id - firstId + 1;
        }
    }

    private static async Task<OrderState> Read(OrderStorage storage, long id)
    {
        var state = new GrainState<OrderRecord>();
        await storage.ReadStateAsync("order", GrainId.Create("order", GrainIdKeyExtensions.CreateIntegerKey(id).ToString()!), state);
        return state.State!.Order;
    }
}
