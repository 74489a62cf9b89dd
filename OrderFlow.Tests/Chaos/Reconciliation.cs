using Npgsql;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Chaos;

/// <summary>The reconciler reports each inconsistency in the database: <c>infra/check.sh</c>.</summary>
public sealed class Reconciliation : IAsyncLifetime
{
    /// <summary>42 is reserved, 43 failed, 44 was cancelled, 45 was deleted when it was reserved.</summary>
    private const string Agreeing = """
        INSERT INTO orders (id, user_id, status, items, total_amount, fail_reason, attempt, releasing, transitions, created_at, updated_at, deleted_at, version)
        SELECT id, 'alice', status, '[{"productId": "sku-1", "quantity": 2}, {"productId": "sku-2", "quantity": 1}]', CASE status WHEN 'reserved' THEN 30 ELSE 0 END,
          CASE status WHEN 'failed' THEN 'insufficient stock: sku-1 wanted 2, available 1' END, 1, false,
          jsonb_build_array(jsonb_build_object('status', status, 'version', 2, 'at', now() - interval '1 hour')), now(), now(), CASE id WHEN 45 THEN now() END, 2
        FROM (VALUES (42, 'reserved'), (43, 'failed'), (44, 'cancelled'), (45, 'cancelled')) AS known(id, status);
        INSERT INTO stock_items VALUES ('sku-1', 98, 2, 10, 1, now()), ('sku-2', 99, 1, 10, 1, now());
        INSERT INTO stock_reservations
        VALUES ('sku-1', 42, 1, 2, 10, false, NULL), ('sku-2', 42, 1, 1, 10, false, NULL), ('sku-1', 44, 1, 2, 10, false, now()), ('sku-1', 45, 1, 2, 10, false, now());
        """;

    private PostgresDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        await _database.Execute(Agreeing);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Consistent_data_have_no_drift()
    {
        var (status, said) = await Check();

        Assert.True(status == 0, said);
        Assert.Equal(11, said.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(
        "INSERT INTO stock_reservations SELECT product_id, 46, attempt, quantity, unit_price, tentative, released_at FROM stock_reservations WHERE order_id = 42",
        "sku-1 has 2 reserved, its live reservations hold 4", "2 of sku-1 are held for order 46, which does not exist")]
    [InlineData("UPDATE stock_items SET reserved_quantity = 4, available_quantity = 96 WHERE product_id = 'sku-1'", "sku-1 has 4 reserved, its live reservations hold 2")]
    [InlineData("UPDATE stock_items SET available_quantity = 97 WHERE product_id = 'sku-1'", "sku-1 has 97 available + 2 reserved")]
    [InlineData("UPDATE stock_reservations SET quantity = 3 WHERE order_id = 42 AND product_id = 'sku-1'", "order 42 needs 2 of sku-1 under attempt 1, and holds 3 under attempt 1")]
    [InlineData("UPDATE stock_reservations SET attempt = 2 WHERE order_id = 42 AND product_id = 'sku-1'", "order 42 needs 2 of sku-1 under attempt 1, and holds 2 under attempt 2")]
    [InlineData("DELETE FROM stock_reservations WHERE order_id = 42 AND product_id = 'sku-2'", "order 42 needs 1 of sku-2 under attempt 1, and holds 0 under attempt -")]
    [InlineData("UPDATE stock_reservations SET released_at = NULL WHERE order_id = 44", "order 44 is cancelled and holds 2 of sku-1 under attempt 1")]
    [InlineData("UPDATE stock_reservations SET released_at = NULL WHERE order_id = 45", "order 45 is deleted and holds 2 of sku-1 under attempt 1")]
    [InlineData("UPDATE orders SET total_amount = 20 WHERE id = 42", "order 42 has a total of 20.00, its reservations come to 30.00")]
    [InlineData("UPDATE stock_reservations SET unit_price = 5 WHERE order_id = 42 AND product_id = 'sku-2'", "order 42 has a total of 30.00, its reservations come to 25.00")]
    [InlineData("UPDATE orders SET status = 'pending' WHERE id = 43", "order 43 is pending since")]
    [InlineData("UPDATE orders SET releasing = true WHERE id = 44", "order 44 is cancelled and releasing since")]
    [InlineData("DELETE FROM orders WHERE id = 42", "2 of sku-1 are held for order 42, which does not exist")]
    [InlineData("ALTER TABLE orders DISABLE TRIGGER ALL; DELETE FROM orders WHERE id = 43", "alice has 0 failed orders, counted as 1", "there are 0 failed orders, counted as 1")]
    [InlineData("UPDATE stock_item_counts SET count = count + 1", "there are 2 products, counted as 3")]
    public async Task Each_inconsistency_is_reported(string corruption, params string[] named)
    {
        await _database.Execute(corruption);

        var (status, said) = await Check();

        Assert.Equal(1, status);
        foreach (var one in named) Assert.Contains(one, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_queried_fails_the_check()
    {
        await _database.Execute("ALTER TABLE stock_items RENAME TO elsewhere");

        Assert.NotEqual(0, (await Check()).Status);
    }

    private Task<(int Status, string Said)> Check()
    {
        var database = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        return Scripts.Run(
            "bash", "infra/check.sh", "--wait", "0", "--expect-stock", "100",
            "--postgres", $"postgresql://{database.Username}:{database.Password}@{database.Host}:{database.Port}/{database.Database}");
    }
}
