using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Silo.Outbox;
using OrderFlow.Silo.Postgres.Inventory;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Rows that this version cannot read, in one round trip with readable ones.</summary>
public sealed class UnreadableRows : IAsyncLifetime
{
    private const int Rows = 100;
    private const int Bad = 50;

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
        await _database.Execute($$"""
            ALTER TABLE orders DROP CONSTRAINT orders_status_check;
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            SELECT id, 'alice', 'reserved', '[{"productId": "sku-1", "quantity": 2}]', 3.50, 1, false, '[{"status": "reserved", "version": 2, "at": "2026-11-22T10:00:00Z"}]',
                   '2026-11-22T10:00:00Z'::timestamptz + id * interval '1 second', now(), 2
            FROM generate_series(1, {{Rows}}) AS id;
            INSERT INTO stock_items SELECT 'sku-' || n, 5, n, 1.50, 1, now() FROM generate_series(1, {{Rows}}) AS n;
            INSERT INTO stock_reservations SELECT 'sku-' || n, o, 1, 1, 1.50, false, NULL FROM generate_series(1, {{Rows}}) AS n, generate_series(1, 2) AS o
            """);
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("items = '\"unreadable\"'")]
    [InlineData("items = 'null'")]
    [InlineData("items = '[{\"quantity\": 2}]'")]
    [InlineData("items = '[{\"productId\": \"sku-1\", \"quantity\": 99999999999}]'")]
    [InlineData("transitions = '{}'")]
    [InlineData("transitions = '[{\"version\": 2}]'")]
    [InlineData("total_amount = 'NaN'")]
    [InlineData("updated_at = '20000-01-01'")]
    [InlineData("expires_at = '20000-01-01'")]
    [InlineData("reserve_for = '1 month'")]
    [InlineData("tracking = '\"unreadable\"'")]
    public async Task An_unreadable_order_fails_alone_and_lists_show_it_with_all_others(string damage)
    {
        await _database.Execute($"UPDATE orders SET {damage} WHERE id = {Bad}");
        await using var storage = new OrderStorage(_connections, new OutboxSignal(), TestMetrics.Commits, TestMetrics.Orders);

        var reads = Enumerable.Range(1, Rows).ToDictionary(id => id, id => Order(storage, id));
        var error = await Assert.ThrowsAsync<UnreadableRowException>(() => reads[Bad]);
        foreach (var (id, read) in reads.Where(read => read.Key != Bad)) Assert.Equal(id, (await read)!.Order.Id);
        var list = await new OrderIndex(new(_connections, TimeProvider.System)).List(new(Status: null, UserId: null, Page: 1, Limit: Rows));

        Assert.StartsWith($"Row {Bad} of orders cannot be read: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, Rows).Reverse().Select(id => (long)id), list.Items.Select(order => order.Id));
        Assert.All(list.Items.Where(order => order.Id != Bad), order => Assert.Equal((1, 3.50m), (order.Items.Length, order.TotalAmount)));
    }

    [Theory]
    [InlineData("unit_price = 'NaN'")]
    [InlineData("updated_at = '20000-01-01'")]
    public async Task An_unreadable_stock_item_fails_alone_and_lists_show_it_with_all_others(string damage)
    {
        await _database.Execute($"UPDATE stock_items SET {damage} WHERE product_id = 'sku-{Bad}'");
        await using var storage = new StockStorage(_connections, new StockOutboxSignal(), TestMetrics.Commits);

        var reads = Enumerable.Range(1, Rows).ToDictionary(n => n, n => Stock(storage, $"sku-{n}"));
        var error = await Assert.ThrowsAsync<UnreadableRowException>(() => reads[Bad]);
        foreach (var (n, read) in reads.Where(read => read.Key != Bad)) Assert.Equal((n, 1.50m), ((await read)!.Item!.ReservedQuantity, (await read)!.Item!.UnitPrice));
        var list = await new StockIndex(new(_connections, TimeProvider.System), _connections).List(new(Limit: Rows));

        Assert.StartsWith($"Row sku-{Bad} of stock_items cannot be read: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(Rows, list.Items.Length);
        Assert.Equal((5, Bad), list.Items.Where(item => item.ProductId == $"sku-{Bad}").Select(item => (item.AvailableQuantity, item.ReservedQuantity)).Single());
    }

    [Fact]
    public async Task An_unreadable_reservation_fails_alone()
    {
        await _database.Execute($"UPDATE stock_reservations SET unit_price = 'NaN' WHERE product_id = 'sku-{Bad}' AND order_id = 2");
        await using var reservations = new Reservations(_connections);

        var found = await Task.WhenAll(Enumerable.Range(1, Rows).Select(n => reservations.Find($"sku-{n}", [1, 2])));

        Assert.Equal(Enumerable.Range(1, Rows).Select(n => n == Bad ? 1 : 2), found.Select(one => one.Rows.Count));
        var (orderId, error) = Assert.Single(found[Bad - 1].Unreadable);
        Assert.Equal(2, orderId);
        Assert.StartsWith($"Row (sku-{Bad}, 2) of stock_reservations cannot be read: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_status_is_shown_as_stored_and_never_resumed()
    {
        await _database.Execute($$"""
            UPDATE orders SET status = 'on-hold', releasing = true, transitions = '[{"status": "on-hold", "version": 2, "at": "2026-11-22T10:00:00Z"}]' WHERE id = {{Bad}}
            """);
        await using var storage = new OrderStorage(_connections, new OutboxSignal(), TestMetrics.Commits, TestMetrics.Orders);
        var index = new OrderIndex(new(_connections, TimeProvider.System));

        var order = (await Order(storage, Bad))!.Order;
        var list = await index.List(new(Status: null, UserId: null, Page: 1, Limit: Rows));

        Assert.Equal((OrderStatus.Unknown, "on-hold", false), (order.Status, order.StatusName, order.IsUnsettled));
        Assert.Equal((OrderStatus.Unknown, "on-hold"), order.Transitions.Select(change => (change.Status, change.StatusName)).Single());
        Assert.Equal("on-hold", list.Items.Single(one => one.Id == Bad).StatusName);
        Assert.Empty(await new UnsettledOrders(_connections, TimeProvider.System).FindStalled(DateTimeOffset.UtcNow.AddDays(1), afterId: 0, limit: Rows));
    }

    [Fact]
    public async Task An_unknown_status_in_the_history_stays_as_stored()
    {
        await _database.Execute($$"""
            UPDATE orders SET transitions = '[{"status": "on-hold", "version": 1, "at": "2026-11-22T10:00:00Z"}]' WHERE id = {{Bad}}
            """);
        await using var storage = new OrderStorage(_connections, new OutboxSignal(), TestMetrics.Commits, TestMetrics.Orders);
        var state = new GrainState<OrderRecord>();
        await storage.ReadStateAsync("order", OrderId(Bad), state);

        state.State = new(state.State!.Order with { Version = 3 });
        await storage.WriteStateAsync("order", OrderId(Bad), state);

        Assert.Equal("on-hold", await _database.Value<string>($"SELECT transitions -> 0 ->> 'status' FROM orders WHERE id = {Bad} AND version = 3"));
    }

    private static GrainId OrderId(long id) => GrainId.Create("order", GrainIdKeyExtensions.CreateIntegerKey(id).ToString()!);

    private static async Task<OrderRecord?> Order(OrderStorage storage, long id)
    {
        var state = new GrainState<OrderRecord>();
        await storage.ReadStateAsync("order", OrderId(id), state);
        return state.State;
    }

    private static async Task<StockRecord?> Stock(StockStorage storage, string productId)
    {
        var state = new GrainState<StockRecord>();
        await storage.ReadStateAsync("stock-item", GrainId.Create("stock-item", productId), state);
        return state.State;
    }
}
