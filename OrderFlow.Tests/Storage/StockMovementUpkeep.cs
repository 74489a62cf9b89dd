using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Postgres.Inventory;
using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Movements of stock in the database: their lists, what is folded, and what is not recorded.</summary>
public sealed class StockMovementUpkeep : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private const string Sums = """
        SELECT product_id || ' ' || sum(available_delta) || ' ' || sum(reserved_delta) || ' ' || count(*) FROM stock_movements GROUP BY product_id ORDER BY product_id
        """;

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;
    private StockMovements _movements = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = true });
        _movements = new(_connections);
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Movements_before_a_time_become_one_with_the_same_sum()
    {
        await Insert("sku-1", movements: 30);
        await Insert("sku-2", movements: 3);
        await Insert("sku-3", movements: 1);

        Assert.Equal((20 + 3 + 1, null), await _movements.Fold(Start.AddSeconds(21), after: ""));   // of 1 to 20

        Assert.Equal(["sku-1 30 -30 11", "sku-2 3 -3 1", "sku-3 1 -1 1"], await _database.Column<string>(Sums));
        Assert.Equal(
            ["opening 20 0 20", "reserve 21 0 1"],
            await _database.Column<string>("SELECT kind || ' ' || version || ' ' || ordinal || ' ' || available_delta FROM stock_movements WHERE product_id = 'sku-1' ORDER BY version LIMIT 2"));
        Assert.Equal((0, null), await _movements.Fold(Start.AddSeconds(21), after: ""));
        Assert.Equal((1 + 1, null), await _movements.Fold(Start.AddSeconds(22), after: ""));
        Assert.Equal(["sku-1 30 -30 10", "sku-2 3 -3 1", "sku-3 1 -1 1"], await _database.Column<string>(Sums));
    }

    /// <summary>As when recovery moves to another silo while the statement of the lost one still runs.</summary>
    [Fact]
    public async Task Two_folds_at_the_same_time_count_no_movement_twice()
    {
        await Insert("sku-1", movements: 30);
        await using var blocker = await _database.Open();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var touch = new NpgsqlCommand("SELECT FROM stock_movements WHERE version = 5 FOR UPDATE", blocker, transaction)) await touch.ExecuteNonQueryAsync();
        await using var other = NpgsqlDataSource.Create(_database.ConnectionString);

        var folds = new[] { _movements.Fold(Start.AddSeconds(11), after: ""), new StockMovements(other).Fold(Start.AddSeconds(21), after: "") };
        await Eventually.Get(
            "both to wait", () => _database.Value<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"), waiting => waiting == 2);
        await transaction.CommitAsync();
        var folded = (await Task.WhenAll(folds)).Sum(fold => fold.Movements);

        Assert.Equal(20, folded);
        Assert.StartsWith("sku-1 30 -30 ", (await _database.Column<string>(Sums)).Single(), StringComparison.Ordinal);
        await _movements.Fold(Start.AddSeconds(21), after: "");
        Assert.Equal(["sku-1 30 -30 11"], await _database.Column<string>(Sums));
    }

    [Fact]
    public async Task Only_the_movements_up_to_the_first_that_is_not_old_are_folded()
    {
        await Insert("sku-1", movements: 10);
        await _database.Execute("UPDATE stock_movements SET occurred_at = $1 WHERE version = 4", Start.AddHours(1));   // by a clock that is ahead

        Assert.Equal((3, null), await _movements.Fold(Start.AddMinutes(1), after: ""));

        Assert.Equal(["sku-1 10 -10 8"], await _database.Column<string>(Sums));
    }

    [Fact]
    public async Task Many_products_and_many_movements_are_folded_batch_by_batch()
    {
        await Insert("a", movements: (2 * StockMovements.MovementsPerBatch) + 10);
        await _database.Execute($"INSERT INTO stock_items (product_id, available_quantity, reserved_quantity, unit_price, version, updated_at) SELECT 'b-' || to_char(n, 'FM00000'), 0, 0, 1, 1, now() FROM generate_series(1, {StockMovements.ProductsPerBatch}) AS n");
        await Insert("c", movements: 2);
        var folded = 0;
        string? last = "";
        for (var batches = 0; last is not null; batches++)
        {
            Assert.InRange(batches, 0, 10);
            (var movements, last) = await _movements.Fold(Start.AddDays(1), last);
            folded += movements;
        }

        Assert.Equal([$"a {(2 * StockMovements.MovementsPerBatch) + 10} {-((2 * StockMovements.MovementsPerBatch) + 10)} 1", "c 2 -2 1"], await _database.Column<string>(Sums));
        Assert.InRange(folded, (2 * StockMovements.MovementsPerBatch) + 12, (2 * StockMovements.MovementsPerBatch) + 20);
    }

    [Fact]
    public async Task Movements_are_listed_newest_first_by_kind_time_and_position()
    {
        await Insert("sku-1", movements: 20);
        await _database.Execute("UPDATE stock_movements SET kind = 'adjust', actor = 'root', reason = 'found', order_id = NULL WHERE version % 5 = 0");
        using var lists = new ListQueryLimiter(_connections, TimeProvider.System);
        var index = new StockIndex(lists, _connections);

        Assert.Equal([20L, 19, 18], await Versions(new("sku-1", Limit: 3)));
        Assert.Equal([17L, 16, 15], await Versions(new("sku-1", Limit: 3, new(18, 0))));
        Assert.Equal([20L, 15, 10], await Versions(new("sku-1", Limit: 3, Kinds: [StockMovementKind.Adjust])));
        Assert.Equal([4L, 3], await Versions(new("sku-1", Limit: 3, From: Start.AddSeconds(3), To: Start.AddSeconds(5), Kinds: [StockMovementKind.Reserve, StockMovementKind.Set])));
        Assert.Equal(
            new StockMovement(5, 0, StockMovementKind.Adjust, 1, -1, Start.AddSeconds(5), OrderId: null, "root", "found"),
            (await index.ListMovements(new("sku-1", Limit: 3, new(6, 0), [StockMovementKind.Adjust])))!.Items.Single());
        Assert.Empty((await index.ListMovements(new("sku-1", Limit: 3, new(1, 0))))!.Items);
        Assert.Null(await index.ListMovements(new("sku-2", Limit: 3)));

        async Task<IEnumerable<long>> Versions(StockMovementQuery query) => (await index.ListMovements(query))!.Items.Select(movement => movement.Version);
    }

    [Fact]
    public async Task What_people_did_is_found_among_what_orders_did()
    {
        await Insert("sku-1", movements: 20_000);
        await _database.Execute("UPDATE stock_movements SET kind = 'adjust', order_id = NULL WHERE version = 3; ANALYZE stock_movements");
        using var lists = new ListQueryLimiter(_connections, TimeProvider.System);
        var before = await RowsRead.Of(_connections, "stock_movements");

        Assert.Single((await new StockIndex(lists, _connections).ListMovements(new("sku-1", Limit: 10, Kinds: [StockMovementKind.Adjust, StockMovementKind.Set])))!.Items);

        Assert.InRange(await RowsRead.Of(_connections, "stock_movements") - before, 1, 20);
    }

    [Fact]
    public async Task A_page_whose_matches_are_rare_searches_a_bounded_number_and_says_where_to_go_on()
    {
        await Insert("sku-1", movements: (2 * StockIndex.MaxSearched) + 10);
        await _database.Execute("UPDATE stock_movements SET kind = 'fulfil' WHERE version IN (3, 20005); ANALYZE stock_movements");
        using var lists = new ListQueryLimiter(_connections, TimeProvider.System);
        var index = new StockIndex(lists, _connections);
        var query = new StockMovementQuery("sku-1", Limit: 10, Kinds: [StockMovementKind.Fulfil]);
        var before = await RowsRead.Of(_connections, "stock_movements");

        var first = (await index.ListMovements(query))!;
        var second = (await index.ListMovements(query with { Before = new(10_011, 0) }))!;
        var third = (await index.ListMovements(query with { Before = new(11, 0) }))!;

        Assert.Equal((20_005L, "10011:0"), (first.Items.Single().Version, first.Next));
        Assert.Equal((0, "11:0"), (second.Items.Length, second.Next));
        Assert.Equal((3L, null), (third.Items.Single().Version, third.Next));
        Assert.InRange(await RowsRead.Of(_connections, "stock_movements") - before, 2 * StockIndex.MaxSearched, (4 * StockIndex.MaxSearched) + 100);
    }

    [Fact]
    public async Task Products_that_differ_from_their_movements_or_their_level_are_found()
    {
        await _database.Execute("""
            INSERT INTO stock_items (product_id, available_quantity, reserved_quantity, unit_price, version, updated_at, recorded_available, recorded_reserved, low_stock_threshold, is_low, archived_at)
            VALUES ('a', 5, 2, 1, 1, now(), 5, 2, 5, true, NULL), ('b', 5, 2, 1, 1, now(), 4, 2, NULL, false, NULL), ('c', 5, 2, 1, 1, now(), 5, 1, NULL, false, NULL),
              ('d', 5, 0, 1, 1, now(), 5, 0, 5, false, NULL), ('e', 6, 0, 1, 1, now(), 6, 0, 5, true, NULL), ('f', 0, 0, 1, 1, now(), 0, 0, 5, false, now())
            """);

        Assert.Equal(["b", "c", "d"], await _movements.FindUnrecorded(after: "", limit: 3));
        Assert.Equal(["e"], await _movements.FindUnrecorded(after: "d", limit: 3));
    }

    [Fact]
    public async Task The_stock_of_a_database_of_1_0_0_becomes_a_movement_and_no_version_changes()
    {
        await using var old = await PostgresServer.Shared.CreateEmptyDatabase();
        await DatabaseMigrations.Apply(old.ConnectionString, NullLogger.Instance, [.. DatabaseMigrations.Scripts.Where(script => string.CompareOrdinal(script.Name, "0023") < 0)]);
        await old.Execute("INSERT INTO stock_items (product_id, available_quantity, reserved_quantity, unit_price, version, updated_at) SELECT 'sku-' || n, n, 2 * n, 1, n, now() FROM generate_series(0, 2500) AS n");

        await DatabaseMigrations.Apply(old.ConnectionString, NullLogger.Instance);
        await old.Execute("UPDATE stock_items SET available_quantity = available_quantity + 1, version = version + 1 WHERE product_id = 'sku-7'; DELETE FROM schema_migrations WHERE scriptname LIKE '0026%'");
        await DatabaseMigrations.Apply(old.ConnectionString, NullLogger.Instance);   // as after a run that failed

        Assert.Equal(2501, await old.Value<long>("SELECT count(*) FROM stock_items WHERE (recorded_available, recorded_reserved) = (available_quantity, reserved_quantity)"));
        Assert.Equal(2500 + 1, await old.Value<long>("SELECT count(*) FROM stock_movements WHERE kind = 'unrecorded'"));   // none of sku-0, two of sku-7
        Assert.Equal(
            0,
            await old.Value<long>("""
                SELECT count(*) FROM stock_items LEFT JOIN (SELECT product_id, sum(available_delta) AS a, sum(reserved_delta) AS r FROM stock_movements GROUP BY product_id) AS m USING (product_id)
                WHERE (coalesce(a, 0), coalesce(r, 0)) <> (available_quantity, reserved_quantity)
                """));
        Assert.Equal(Enumerable.Range(0, 2501).Sum() + 1, await old.Value<long>("SELECT sum(version)::bigint FROM stock_items"));
    }

    [Fact]
    public async Task Archived_products_are_neither_listed_nor_counted()
    {
        await Insert("a-1", movements: 1);
        await Insert("a-2", movements: 1);
        await Insert("b-1", movements: 1);
        await _database.Execute("UPDATE stock_items SET archived_at = now() WHERE product_id = 'a-2'");
        using var lists = new ListQueryLimiter(_connections, TimeProvider.System);
        var index = new StockIndex(lists, _connections);

        Assert.Equal("2: a-1 b-1", await Listed(new(Limit: 10)));
        Assert.Equal("-1: a-1", await Listed(new(Limit: 10, Prefix: "a-")));
        await _database.Execute("UPDATE stock_items SET archived_at = NULL, is_low = true WHERE product_id = 'a-2'");
        Assert.Equal("3: a-1 a-2 b-1", await Listed(new(Limit: 10)));
        Assert.Equal("-1: a-2", await Listed(new(Limit: 10, IsLow: true)));
        Assert.Equal("-1: b-1", await Listed(new(Limit: 10, "a-2", Prefix: "b")));

        async Task<string> Listed(StockQuery query)
        {
            var page = await index.List(query);
            return $"{page.Total}: {string.Join(' ', page.Items.Select(item => item.ProductId))}";
        }
    }

    [Fact]
    public async Task A_search_by_the_beginning_of_the_id_reads_no_more_than_it_finds()
    {
        await _database.Execute("""
            INSERT INTO stock_items (product_id, available_quantity, reserved_quantity, unit_price, version, updated_at)
            SELECT 'sku-' || n, 1, 0, 1, 1, now() FROM generate_series(1, 20000) AS n; ANALYZE stock_items
            """);
        using var lists = new ListQueryLimiter(_connections, TimeProvider.System);
        var index = new StockIndex(lists, _connections);
        foreach (var (query, found) in new[] { (new StockQuery(Limit: 50, Prefix: "sku-1999"), 11), (new StockQuery(Limit: 10, IsLow: true), 0), (new StockQuery(Limit: 5, "sku-7", Prefix: "sku-"), 5) })
        {
            var before = await RowsRead.Of(_connections, "stock_items");
            Assert.Equal(found, (await index.List(query)).Items.Length);
            Assert.InRange(await RowsRead.Of(_connections, "stock_items") - before, found, found + 5);
        }
    }

    /// <summary>A product with one movement a second, each of one unit.</summary>
    private Task Insert(string productId, int movements) => _database.Execute($"""
        WITH item AS (
          INSERT INTO stock_items (product_id, available_quantity, reserved_quantity, unit_price, version, updated_at)
          VALUES ('{productId}', {movements}, 0, 1, {movements}, now()))
        INSERT INTO stock_movements (product_id, version, ordinal, kind, available_delta, reserved_delta, order_id, occurred_at)
        SELECT '{productId}', n, 0, 'reserve', 1, -1, n, $1 + n * interval '1 second' FROM generate_series(1, {movements}) AS n
        """, Start);
}
