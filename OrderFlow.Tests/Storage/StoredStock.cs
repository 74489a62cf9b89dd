using System.Globalization;
using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Silo.Outbox;
using OrderFlow.Silo.Postgres.Inventory;
using OrderFlow.Tests.Fixtures;
using Orleans.Storage;

namespace OrderFlow.Tests.Storage;

/// <summary>Stock storage: the contract of grain storage, and reservation rows in the same transaction.</summary>
public sealed class StoredStock : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;
    private StockStorage _storage = null!;
    private Reservations _reservations = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
        _storage = new(_connections, new StockOutboxSignal(), TestMetrics.Commits);
        _reservations = new(_connections);
    }

    public async Task DisposeAsync()
    {
        await _reservations.DisposeAsync();
        await _storage.DisposeAsync();
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Counts_and_reservations_are_read_back_unchanged()
    {
        var item = Item("sku-1", 8, 2);
        var row = new StockReservation(42, 1, 2, 9.99m, Tentative: true, ReleasedAt: null);
        await Write(item, row);

        var read = await Read("sku-1");

        Assert.Equal((true, "1", item), (read.RecordExists, read.ETag, read.State!.Item));
        Assert.Equal([row], (await _reservations.Find("sku-1", [41, 42, 43])).Rows);
    }

    [Fact]
    public async Task A_reservation_that_is_written_again_is_replaced()
    {
        var state = await Write(Item("sku-1", 8, 2), new StockReservation(42, 1, 2, 9.99m, Tentative: true, ReleasedAt: null));
        var released = new StockReservation(42, 1, 2, 9.99m, Tentative: true, ReleasedAt: Now);

        await Write(Item("sku-1", 10, 0), state, released);

        Assert.Equal([released], (await _reservations.Find("sku-1", [42])).Rows);
        Assert.Equal("2", (await Read("sku-1")).ETag);
    }

    [Fact]
    public async Task A_consumed_reservation_is_read_back_as_such()
    {
        var held = new StockReservation(42, 1, 2, 9.99m, Tentative: true, ReleasedAt: null);
        var state = await Write(Item("sku-1", 8, 2), held, held with { OrderId = 43 });

        await Write(Item("sku-1", 8, 0), state, held with { ReleasedAt = Now, Consumed = true }, held with { OrderId = 43, ReleasedAt = Now });

        Assert.Equal([(42L, true), (43L, false)], (await _reservations.Find("sku-1", [42, 43])).Rows.Select(row => (row.OrderId, row.Consumed)).Order());
    }

    [Fact]
    public async Task A_reservation_that_must_be_new_is_refused_together_with_its_counts_where_one_exists()
    {
        var held = new StockReservation(42, 1, 2, 9.99m, Tentative: true, ReleasedAt: null);
        var state = await Write(Item("sku-1", 8, 2), held);

        state.State = new(Item("sku-1", 3, 7) with { Version = 2 }) { Reservations = [held with { OrderId = 41, Quantity = 3 }, held with { Quantity = 4 }], MustBeNew = true };
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.WriteStateAsync("stock-item", Id("sku-1"), state));

        Assert.Equal(Item("sku-1", 8, 2), (await Read("sku-1")).State!.Item);
        Assert.Equal([held], (await _reservations.Find("sku-1", [41, 42])).Rows);
    }

    [Fact]
    public async Task A_stale_version_stores_neither_counts_nor_reservations()
    {
        var first = await Write(Item("sku-1", 10, 0));
        var stale = new GrainState<StockRecord> { State = first.State, ETag = first.ETag, RecordExists = true };
        await Write(Item("sku-1", 9, 1), first, new StockReservation(1, 1, 1, 9.99m, Tentative: false, ReleasedAt: null));

        await Assert.ThrowsAsync<InconsistentStateException>(() =>
            Write(Item("sku-1", 5, 5), stale, new StockReservation(2, 1, 5, 9.99m, Tentative: false, ReleasedAt: null)));

        Assert.Equal((9, 1), ((await Read("sku-1")).State!.Item!.AvailableQuantity, (await Read("sku-1")).State!.Item!.ReservedQuantity));
        Assert.Empty((await _reservations.Find("sku-1", [2])).Rows);
    }

    [Fact]
    public async Task A_product_that_one_write_creates_and_archives_is_archived_and_not_counted()
    {
        var item = Item("sku-1", 0, 0) with { ArchivedAt = Now, LowStockThreshold = 3 };
        await _storage.WriteStateAsync("stock-item", Id("sku-1"), new GrainState<StockRecord> { State = new(item) { HasNewSettings = true } });

        Assert.Equal(item, (await Read("sku-1")).State!.Item);
        Assert.Equal(0, await _database.Value<long>("SELECT sum(count)::bigint FROM stock_item_counts"));
    }

    [Fact]
    public async Task A_price_that_1_0_0_sets_is_a_new_version_of_the_settings()
    {
        await Write(Item("sku-1", 8, 2));

        await _database.Execute("UPDATE stock_items SET available_quantity = 7, unit_price = 9.99, version = 2 WHERE product_id = 'sku-1'");
        Assert.Equal(1, (await Read("sku-1")).State!.Item!.SettingsVersion);
        await _database.Execute("UPDATE stock_items SET available_quantity = 7, unit_price = 8.99, version = 3 WHERE product_id = 'sku-1'");
        Assert.Equal(2, (await Read("sku-1")).State!.Item!.SettingsVersion);
    }

    [Fact]
    public async Task Exactly_one_of_a_hundred_concurrent_first_writes_wins()
    {
        var won = await Task.WhenAll(Enumerable.Range(1, 100).Select(n => Racing.Won(Write(Item("sku-1", n, 0)))));

        Assert.Equal(1, won.Count(one => one));
        Assert.Equal(Array.IndexOf(won, true) + 1, (await Read("sku-1")).State!.Item!.AvailableQuantity);
    }

    [Fact]
    public async Task A_count_below_zero_fails_alone()
    {
        var bad = Assert.ThrowsAsync<PostgresException>(() => Write(Item("sku-050", -1, 0)));
        var good = Task.WhenAll(Enumerable.Range(1, 100).Where(n => n != 50).Select(n => Write(Item($"sku-{n:000}", 1, 0))));

        Assert.Equal(PostgresErrorCodes.CheckViolation, (await bad).SqlState);
        await good;
        Assert.Equal(99, await _database.Value<long>("SELECT count(*) FROM stock_items"));
    }

    [Fact]
    public async Task A_tombstone_of_an_unknown_product_creates_no_product()
    {
        var tombstone = new StockReservation(42, 1, 0, 0, Tentative: false, ReleasedAt: Now);
        var state = new GrainState<StockRecord> { State = new(Item: null) { Reservations = [tombstone] } };

        await _storage.WriteStateAsync("stock-item", Id("sku-9"), state);

        Assert.Equal((false, null), (state.RecordExists, state.ETag));
        Assert.Equal([tombstone], (await _reservations.Find("sku-9", [42])).Rows);
        Assert.False((await Read("sku-9")).RecordExists);
    }

    [Fact]
    public async Task A_tombstone_of_a_product_that_was_created_meanwhile_is_a_conflict_and_replaces_nothing()
    {
        var live = new StockReservation(42, 1, 2, 9.99m, Tentative: false, ReleasedAt: null);
        await Write(Item("sku-9", 8, 2), live);
        var stale = new GrainState<StockRecord> { State = new(Item: null) { Reservations = [live with { Quantity = 0, ReleasedAt = Now }] } };

        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.WriteStateAsync("stock-item", Id("sku-9"), stale));

        Assert.Equal([live], (await _reservations.Find("sku-9", [42])).Rows);
    }

    [Fact]
    public async Task An_item_cannot_be_cleared()
    {
        var state = await Write(Item("sku-1", 1, 0));

        await Assert.ThrowsAsync<NotSupportedException>(() => _storage.ClearStateAsync("stock-item", Id("sku-1"), state));

        Assert.True((await Read("sku-1")).RecordExists);
    }

    [Fact]
    public async Task Unsettled_units_are_tentative_ones_of_pending_orders_and_all_of_releasing_orders()
    {
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, consuming, transitions, created_at, updated_at, version)
            SELECT id, 'alice', status, '[]', 0, 1, releasing, status = 'fulfilled', '[]', now(), now(), 1
            FROM (VALUES (1, 'pending', false), (2, 'pending', false), (3, 'reserved', false), (4, 'cancelled', true), (5, 'cancelled', false), (6, 'confirmed', false), (7, 'fulfilled', false))
              AS o (id, status, releasing)
            """);
        await Write(
            Item("sku-1", 0, 127),
            new StockReservation(1, 1, 1, 1, Tentative: true, ReleasedAt: null),
            new StockReservation(2, 1, 2, 1, Tentative: false, ReleasedAt: null),
            new StockReservation(3, 1, 4, 1, Tentative: true, ReleasedAt: null),
            new StockReservation(4, 1, 8, 1, Tentative: false, ReleasedAt: null),
            new StockReservation(5, 1, 16, 1, Tentative: true, ReleasedAt: Now),
            new StockReservation(6, 1, 32, 1, Tentative: true, ReleasedAt: null),
            new StockReservation(7, 1, 64, 1, Tentative: true, ReleasedAt: null));

        Assert.Equal(1 + 8, await _reservations.CountUnsettled("sku-1"));
        Assert.Equal(0, await _reservations.CountUnsettled("sku-2"));
    }

    private static GrainId Id(string productId) => GrainId.Create("stock-item", productId);

    private static StockItem Item(string productId, long available, long reserved) => new(productId, available, reserved, 9.99m, Now, Version: 1);

    private async Task<GrainState<StockRecord>> Read(string productId)
    {
        var state = new GrainState<StockRecord>();
        await _storage.ReadStateAsync("stock-item", Id(productId), state);
        return state;
    }

    private Task<GrainState<StockRecord>> Write(StockItem item, params StockReservation[] rows) => Write(item, new GrainState<StockRecord>(), rows);

    private async Task<GrainState<StockRecord>> Write(StockItem item, GrainState<StockRecord> over, params StockReservation[] rows)
    {
        over.State = new(item with { Version = (over.ETag is null ? 0 : long.Parse(over.ETag, CultureInfo.InvariantCulture)) + 1 }) { Reservations = [.. rows] };
        await _storage.WriteStateAsync("stock-item", Id(item.ProductId), over);
        return over;
    }
}
