using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Postgres.Inventory;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

public sealed class Lists : IAsyncLifetime
{
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, deleted_at, version)
            SELECT id, user_id, status, '[]', 0, 1, false, '[]', '2026-11-22T10:00:00Z'::timestamptz + second * interval '1 second', now(), deleted_at, 1
            FROM (VALUES
              (1, 'alice', 'reserved', 5, NULL), (2, 'bob', 'reserved', 1, NULL), (3, 'alice', 'failed', 1, NULL),
              (4, 'alice', 'reserved', 1, NULL), (5, 'alice', 'reserved', 9, now())) AS o (id, user_id, status, second, deleted_at)
            """);
        await _database.Execute("INSERT INTO stock_items SELECT 'sku-' || n, n, 0, 1, 1, now() FROM generate_series(1, 3) AS n");
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(null, null, 1, 10, new long[] { 1, 4, 3, 2 }, 4)]
    [InlineData(OrderStatus.Reserved, null, 1, 10, new long[] { 1, 4, 2 }, 3)]
    [InlineData(null, "alice", 1, 10, new long[] { 1, 4, 3 }, 3)]
    [InlineData(OrderStatus.Reserved, "alice", 1, 10, new long[] { 1, 4 }, 2)]
    [InlineData(null, null, 2, 3, new long[] { 2 }, 4)]
    [InlineData(null, null, 9, 3, new long[0], 4)]
    [InlineData(null, null, int.MaxValue, 100, new long[0], 4)]
    [InlineData(OrderStatus.Pending, "bob", 1, 10, new long[0], 0)]
    public async Task Orders_are_listed_newest_first_without_deleted_ones_and_with_an_exact_total(
        OrderStatus? status, string? userId, int page, int limit, long[] expected, long total)
    {
        var found = await new OrderIndex(new(_connections, TimeProvider.System)).List(new(status, userId, page, limit));

        Assert.Equal(expected, found.Items.Select(order => order.Id));
        Assert.Equal((total, page, limit), (found.Total, found.Number, found.Limit));
    }

    [Theory]
    [InlineData(null, null, new long[] { 1, 4, 3, 2 }, 4)]
    [InlineData(OrderStatus.Reserved, "alice", new long[] { 1, 4 }, 2)]
    public async Task A_list_continues_after_the_last_order_of_a_page(OrderStatus? status, string? userId, long[] expected, long total)
    {
        var index = new OrderIndex(new(_connections, TimeProvider.System));
        var seen = new List<long>();
        OrderListPosition? position = null;
        while (true)
        {
            var page = await index.List(new(status, userId, Page: 1, Limit: 1, position));
            Assert.Equal(total, page.Total);
            if (page.Items is not [var order]) break;

            seen.Add(order.Id);
            position = new(order.CreatedAt, order.Id);
        }

        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task Stock_items_are_listed_by_product_id()
    {
        var found = await new StockIndex(new(_connections, TimeProvider.System), _connections).List(new(Limit: 2, Number: 2));

        Assert.Equal(["sku-3"], found.Items.Select(item => item.ProductId));
        Assert.Equal(3, found.Total);
    }

    [Fact]
    public async Task A_list_of_stock_continues_after_the_last_product_of_a_page_despite_inserts_before_it()
    {
        var index = new StockIndex(new(_connections, TimeProvider.System), _connections);
        var seen = new List<string>();
        string? last = null;
        while (seen.Count < 9 && (await index.List(new(Limit: 1, last))).Items is [var item])
        {
            seen.Add(last = item.ProductId);
            await _database.Execute("INSERT INTO stock_items VALUES ('a-' || $1, 1, 0, 1, 1, now())", last);
        }

        Assert.Equal(["sku-1", "sku-2", "sku-3"], seen);
        Assert.Equal(["sku-2"], (await index.List(new(Limit: 1, "sku-10", Number: 9))).Items.Select(item => item.ProductId));
    }

    [Fact]
    public async Task Stalled_orders_are_pending_or_releasing_and_unchanged()
    {
        await _database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            SELECT id, 'alice', status, '[]', 0, 1, releasing, '[]', now(), '2026-11-22T10:00:00Z'::timestamptz + second * interval '1 second', 1
            FROM (VALUES (11, 'pending', false, 0), (12, 'cancelled', true, 0), (13, 'cancelled', false, 0), (14, 'pending', false, 1), (15, 'pending', false, 0))
              AS o (id, status, releasing, second)
            """);
        var quietSince = new DateTimeOffset(2026, 11, 22, 10, 0, 1, TimeSpan.Zero);
        var unsettled = new UnsettledOrders(_connections, TimeProvider.System);

        Assert.Equal([11L, 12L], await unsettled.FindStalled(quietSince, afterId: 0, limit: 2));
        Assert.Equal([15L], await unsettled.FindStalled(quietSince, afterId: 12, limit: 2));
    }
}
