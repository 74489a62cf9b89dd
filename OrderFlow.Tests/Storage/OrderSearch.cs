using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Lists of orders by every combination of filters, compared with a search of all orders.</summary>
public sealed class OrderSearch : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private static readonly ImmutableArray<OrderStatus>[] StatusSets =
        [default, [OrderStatus.Pending], [OrderStatus.Reserved, OrderStatus.Failed], [.. OrderStatusNames.Known]];

    private static readonly (DateTimeOffset? From, DateTimeOffset? To)[] Times =
        [(null, null), (At(10), null), (null, At(20)), (At(10), At(20)), (At(10), At(11)), (At(90), null)];

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;
    private ListQueryLimiter _lists = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
        _lists = new(_connections, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        _lists.Dispose();
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_combination_of_filters_lists_what_a_search_of_all_orders_finds(int seed)
    {
        var random = new Random(seed);
        var orders = await Insert(random, count: 200, firstId: 1);
        var found = 0;
        foreach (var query in AllQueries())
        {
            var expected = orders.Where(order => Matches(order, query)).OrderByDescending(order => order.CreatedAt).ThenByDescending(order => order.Id).ToList();
            var (page, limit) = (random.Next(1, 4), random.Next(1, 30));

            var list = await List(query with { Page = page, Limit = limit });

            Assert.Equal(expected.Skip((page - 1) * limit).Take(limit).Select(order => order.Id), list.Items.Select(order => order.Id));
            Assert.Equal((query, query.HasTotal ? expected.Count : Page.NotCounted), (query, list.Total));
            found += expected.Count;
        }

        Assert.InRange(found, 2_000, 20_000);   // the filters find neither nothing nor all
    }

    [Fact]
    public async Task A_cursor_lists_each_order_once_with_any_filters_while_orders_are_placed()
    {
        var random = new Random(3);
        var orders = await Insert(random, count: 120, firstId: 1);
        var nextId = 1_000L;
        foreach (var query in AllQueries().Where((_, number) => number % 3 == 0))
        {
            var expected = orders.Where(order => Matches(order, query)).OrderByDescending(order => order.CreatedAt).ThenByDescending(order => order.Id).Select(order => order.Id).ToList();
            var seen = new List<long>();
            OrderListPosition? after = null;
            while ((await List(query with { Limit = 7, After = after })).Items is [.., var last] items)
            {
                seen.AddRange(items.Select(order => order.Id));
                after = new(last.CreatedAt, last.Id);
                await Insert(random, count: 1, nextId++, at: Start.AddDays(1));   // newer than all: pages by number would repeat orders
            }

            Assert.Equal(expected, seen.Where(id => id < 1_000));
            Assert.Distinct(seen);
            await _database.Execute("DELETE FROM orders WHERE id >= 1000");
        }
    }

    [Theory]
    [InlineData(OrderStatus.Reserved)]
    [InlineData(null)]
    public async Task A_query_of_1_0_0_is_answered_as_before(OrderStatus? status)
    {
        var orders = await Insert(new Random(4), count: 50, firstId: 1);

        var list = await List(new(status, UserId: null, Page: 1, Limit: 100));

        var expected = orders.Where(order => !order.IsDeleted && (status is null || order.Status == status)).Select(order => order.Id).Order().ToList();
        Assert.Equal(expected, list.Items.Select(order => order.Id).Order());
        Assert.Equal(expected.Count, list.Total);
    }

    [Fact]
    public async Task Totals_of_several_statuses_are_exact_before_and_after_changes_are_merged()
    {
        var orders = await Insert(new Random(5), count: 100, firstId: 1);
        foreach (var _ in new[] { 1, 2 })
        {
            foreach (var user in new[] { null, "alice" })
            {
                var list = await List(new(null, user, 1, 1, Statuses: [OrderStatus.Reserved, OrderStatus.Pending]));
                Assert.Equal(
                    orders.Count(order => !order.IsDeleted && order.Status is OrderStatus.Reserved or OrderStatus.Pending && (user is null || order.UserId == user)), list.Total);
            }

            await new OrderCounts(_connections).MergeChanges();
        }
    }

    [Fact]
    public async Task A_list_of_several_statuses_or_a_product_reads_few_rows_of_many()
    {
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            SELECT id, 'user-' || id % 500, CASE WHEN id > 19000 THEN 'reserved' WHEN id % 2 = 0 THEN 'cancelled' ELSE 'failed' END,
              jsonb_build_array(jsonb_build_object('productId', CASE WHEN id <= 60 THEN 'old' ELSE 'sku-' || id % 50 END, 'quantity', 1)), 0, 1, false, '[]', '2026-11-22Z'::timestamptz + id * interval '1 second', now(), 1
            FROM generate_series(1, 20000) AS id;
            ANALYZE orders, order_products
            """);
        var deep = new OrderListPosition(new DateTimeOffset(2026, 11, 22, 3, 0, 0, TimeSpan.Zero), 0);
        await using var sources = new PostgresDataSources(_database.ConnectionString);
        using var lists = new ListQueryLimiter(sources.Lists, TimeProvider.System);
        var index = new OrderIndex(lists);
        OrderQuery all = new(null, null, 1, 10);
        var readInAll = 0L;
        foreach (var query in new[]
        {
            all with { Statuses = [OrderStatus.Cancelled, OrderStatus.Failed] },      // all older than the reserved ones
            all with { Statuses = [OrderStatus.Cancelled, OrderStatus.Failed], After = deep },
            all with { Statuses = [OrderStatus.Reserved, OrderStatus.Pending], CreatedTo = deep.CreatedAt },
            all with { CreatedTo = deep.CreatedAt },
            all with { ProductId = "sku-7" },
            all with { ProductId = "sku-7", After = deep },
            all with { ProductId = "sku-7", UserId = "user-7" },
            all with { ProductId = "sku-7", CreatedTo = deep.CreatedAt },
            all with { ProductId = "old", Statuses = [OrderStatus.Reserved] },        // has none
        })
        {
            var before = await RowsRead.Of(sources.Lists, "orders", "order_products");
            await index.List(query);
            var read = await RowsRead.Of(sources.Lists, "orders", "order_products") - before;
            Assert.True(read < 200, $"{read} rows were read for {query}");
            readInAll += read;
        }

        Assert.InRange(readInAll, 70, 8 * 200);   // seven of the lists are full
    }

    [Fact]
    public async Task The_products_of_swept_orders_are_removed_with_them_and_no_others()
    {
        var orders = await Insert(new Random(6), count: 60, firstId: 1);
        await _database.Execute("UPDATE orders SET deleted_at = now() - interval '2 days' WHERE id % 3 = 0");
        Assert.Equal(orders.Sum(order => order.Products.Distinct().Count()), await _database.Value<long>("SELECT count(*) FROM order_products"));

        var swept = await new Tombstones(_connections, TimeProvider.System).SweepOrders(DateTimeOffset.UtcNow.AddDays(-1));

        Assert.Equal(20, swept.Rows);
        Assert.Equal(
            orders.Where(order => order.Id % 3 != 0).SelectMany(order => order.Products.Distinct().Select(product => $"{product} {order.Id}")).Order(StringComparer.Ordinal),
            (await _database.Column<string>("SELECT product_id || ' ' || order_id FROM order_products")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_sweep_reads_few_rows_of_many()
    {
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            SELECT id, 'alice', 'cancelled', '[{"productId": "sku-1", "quantity": 1}, {"productId": "sku-2", "quantity": 1}]', 0, 1, false, '[]', now(), now(), 1 FROM generate_series(1, 20000) AS id;
            ANALYZE orders, order_products;
            UPDATE orders SET deleted_at = now() - interval '2 days' WHERE id <= 100
            """);
        await using var connections = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 1, NoResetOnClose = true });
        var before = await RowsRead.Of(connections, "orders", "order_products");

        Assert.Equal(100, (await new Tombstones(connections, TimeProvider.System).SweepOrders(DateTimeOffset.UtcNow.AddDays(-1))).Rows);

        Assert.InRange(await RowsRead.Of(connections, "orders", "order_products") - before, 100, 2_000);
        Assert.Equal(2 * 19_900, await _database.Value<long>("SELECT count(*) FROM order_products"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"text\"")]
    [InlineData("[1, null, [], {}, {\"productId\": null}, {\"productId\": 7}]")]
    public async Task Lines_that_cannot_be_read_have_no_products_and_fail_no_write(string items)
    {
        await _database.Execute($"""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            VALUES (1, 'alice', 'pending', '{items}', 0, 1, false, '[]', now(), now(), 1)
            """);
        Assert.Equal(0, await _database.Value<long>("SELECT count(*) FROM order_products"));

        await _database.Execute("DELETE FROM orders");
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private static IEnumerable<OrderQuery> AllQueries() =>
        from statuses in StatusSets
        from user in new[] { null, "alice", "nobody" }
        from product in new[] { null, "sku-1", "sku-9" }
        from time in Times
        select new OrderQuery(null, user, 1, 100, null, statuses, time.From, time.To, product);

    private static bool Matches(Placed order, OrderQuery query) => !order.IsDeleted
        && (query.Statuses.IsDefault || query.Statuses.Contains(order.Status))
        && (query.UserId is null || order.UserId == query.UserId)
        && (query.ProductId is null || order.Products.Contains(query.ProductId))
        && (query.CreatedFrom is null || order.CreatedAt >= query.CreatedFrom)
        && (query.CreatedTo is null || order.CreatedAt < query.CreatedTo);

    private Task<Page<Order>> List(OrderQuery query) => new OrderIndex(_lists).List(query);

    /// <summary>Inserts orders, several of the same second, with one to three lines of three products.</summary>
    private async Task<List<Placed>> Insert(Random random, int count, long firstId, DateTimeOffset? at = null)
    {
        var orders = Enumerable.Range(0, count).Select(number => new Placed(
            firstId + number, random.GetItems(["alice", "bob"], 1)[0], random.GetItems([.. OrderStatusNames.Known], 1)[0],
            random.GetItems(["sku-1", "sku-2", "sku-3"], random.Next(1, 4)), at ?? At(random.Next(30)), random.Next(10) == 0)).ToList();
        await _database.Execute(
            """
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, deleted_at, version)
            SELECT id, user_id, status, items::jsonb, 0, 1, false, '[]', created_at, now(), CASE WHEN is_deleted THEN now() END, 1
            FROM unnest($1, $2, $3, $4, $5, $6) AS o (id, user_id, status, items, created_at, is_deleted)
            """,
            orders.Select(order => order.Id).ToArray(), orders.Select(order => order.UserId).ToArray(), orders.Select(order => order.Status.ToWireName()).ToArray(),
            orders.Select(order => JsonSerializer.Serialize(order.Products.Select(product => new { productId = product, quantity = 1 }))).ToArray(),
            orders.Select(order => order.CreatedAt).ToArray(), orders.Select(order => order.IsDeleted).ToArray());
        return orders;
    }

    private sealed record Placed(long Id, string UserId, OrderStatus Status, string[] Products, DateTimeOffset CreatedAt, bool IsDeleted);
}
