using Npgsql;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Chaos;

/// <summary>The reconciler reports each inconsistency in the database: <c>infra/check.sh</c>.</summary>
public sealed class Reconciliation : IAsyncLifetime
{
    /// <summary>
    /// 42 is reserved and expires in an hour, 43 failed, 44 was cancelled, 45 was deleted when it was reserved, 47 is confirmed, 48 is fulfilled. Both products
    /// are low.
    /// </summary>
    private const string Agreeing = """
        INSERT INTO orders (id, user_id, status, items, total_amount, fail_reason, attempt, releasing, transitions, created_at, updated_at, deleted_at, version, expires_at)
        SELECT id, 'alice', status, '[{"productId": "sku-1", "quantity": 2}, {"productId": "sku-2", "quantity": 1}]',
          CASE WHEN status IN ('reserved', 'confirmed', 'fulfilled') THEN 30 ELSE 0 END,
          CASE status WHEN 'failed' THEN 'insufficient stock: sku-1 wanted 2, available 1' END, 1, false,
          jsonb_build_array(jsonb_build_object('status', status, 'version', 2, 'at', now() - interval '1 hour')), now(), now(), CASE id WHEN 45 THEN now() END, 2,
          CASE status WHEN 'reserved' THEN now() + interval '1 hour' END
        FROM (VALUES (42, 'reserved'), (43, 'failed'), (44, 'cancelled'), (45, 'cancelled'), (47, 'confirmed'), (48, 'fulfilled')) AS known(id, status);
        INSERT INTO stock_items VALUES ('sku-1', 94, 4, 10, 1, now()), ('sku-2', 97, 2, 10, 1, now());
        UPDATE stock_items SET low_stock_threshold = 97, is_low = true, recorded_available = available_quantity, recorded_reserved = reserved_quantity;
        INSERT INTO stock_movements (product_id, version, ordinal, kind, available_delta, reserved_delta, occurred_at)
        VALUES ('sku-1', 1, 0, 'set', 100, 0, now()), ('sku-1', 2, 0, 'reserve', -6, 6, now()), ('sku-1', 3, 0, 'fulfil', 0, -2, now()),
          ('sku-2', 1, 0, 'set', 100, 0, now()), ('sku-2', 2, 0, 'reserve', -3, 3, now()), ('sku-2', 3, 0, 'fulfil', 0, -1, now());
        INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at, consumed)
        VALUES ('sku-1', 42, 1, 2, 10, false, NULL, false), ('sku-2', 42, 1, 1, 10, false, NULL, false),
          ('sku-1', 44, 1, 2, 10, false, now(), false), ('sku-1', 45, 1, 2, 10, false, now(), false),
          ('sku-1', 47, 1, 2, 10, false, NULL, false), ('sku-2', 47, 1, 1, 10, false, NULL, false),
          ('sku-1', 48, 1, 2, 10, false, now(), true), ('sku-2', 48, 1, 1, 10, false, now(), true);
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
        Assert.Equal(17, said.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(
        "INSERT INTO stock_reservations SELECT product_id, 46, attempt, quantity, unit_price, tentative, released_at FROM stock_reservations WHERE order_id = 42",
        "sku-1 has 4 reserved, its live reservations hold 6", "2 of sku-1 are held for order 46, which does not exist")]
    [InlineData("UPDATE stock_items SET reserved_quantity = 6, available_quantity = 92 WHERE product_id = 'sku-1'", "sku-1 has 6 reserved, its live reservations hold 4")]
    [InlineData("UPDATE stock_items SET available_quantity = 93 WHERE product_id = 'sku-1'", "sku-1 has 93 available + 4 reserved + 2 consumed")]
    [InlineData("UPDATE stock_reservations SET quantity = 3 WHERE order_id = 42 AND product_id = 'sku-1'", "order 42 needs 2 of sku-1 under attempt 1, and holds 3 under attempt 1")]
    [InlineData("UPDATE stock_reservations SET attempt = 2 WHERE order_id = 42 AND product_id = 'sku-1'", "order 42 needs 2 of sku-1 under attempt 1, and holds 2 under attempt 2")]
    [InlineData("DELETE FROM stock_reservations WHERE order_id = 42 AND product_id = 'sku-2'", "order 42 needs 1 of sku-2 under attempt 1, and holds 0 under attempt -")]
    [InlineData("UPDATE stock_reservations SET released_at = NULL WHERE order_id = 44", "order 44 is cancelled and holds 2 of sku-1 under attempt 1")]
    [InlineData("UPDATE stock_reservations SET released_at = NULL WHERE order_id = 45", "order 45 is deleted and holds 2 of sku-1 under attempt 1")]
    [InlineData("UPDATE stock_reservations SET released_at = NULL WHERE order_id = 48", "order 48 is fulfilled and holds 2 of sku-1 under attempt 1")]
    [InlineData("DELETE FROM stock_reservations WHERE order_id = 47 AND product_id = 'sku-2'", "order 47 needs 1 of sku-2 under attempt 1, and holds 0 under attempt -")]
    [InlineData("UPDATE stock_reservations SET consumed = false WHERE order_id = 48 AND product_id = 'sku-2'", "order 48 is fulfilled, and its reservation of 1 sku-2 is not consumed")]
    [InlineData(
        "UPDATE orders SET transitions = jsonb_set(transitions, '{0,at}', to_jsonb(now())) WHERE id = 48; DELETE FROM stock_reservations WHERE order_id = 48 AND product_id = 'sku-2'",
        "order 48 has been fulfilled since ", "and has no reservation of sku-2")]
    [InlineData(
        "UPDATE orders SET transitions = jsonb_set(transitions, '{0,at}', to_jsonb(now())) WHERE id = 48; UPDATE stock_reservations SET quantity = 0, consumed = false WHERE order_id = 48 AND product_id = 'sku-2'",
        "order 48 has been fulfilled since ", "and has no reservation of sku-2")]
    [InlineData("UPDATE stock_reservations SET consumed = true WHERE order_id = 44", "order 44 is cancelled, and its reservation of 2 sku-1 is consumed")]
    [InlineData("UPDATE orders SET total_amount = 20 WHERE id = 47", "order 47 has a total of 20.00, its reservations come to 30.00")]
    [InlineData("UPDATE orders SET total_amount = 20 WHERE id = 42", "order 42 has a total of 20.00, its reservations come to 30.00")]
    [InlineData("UPDATE stock_reservations SET unit_price = 5 WHERE order_id = 42 AND product_id = 'sku-2'", "order 42 has a total of 30.00, its reservations come to 25.00")]
    [InlineData("UPDATE orders SET status = 'pending' WHERE id = 43", "order 43 is pending since")]
    [InlineData("UPDATE orders SET releasing = true WHERE id = 44", "order 44 is cancelled and releasing since")]
    [InlineData("UPDATE orders SET consuming = true WHERE id = 48", "order 48 is fulfilled and consuming since")]
    [InlineData("UPDATE orders SET expires_at = now() - interval '2 minutes' WHERE id = 42", "order 42 is reserved, and was to expire at")]
    [InlineData("DELETE FROM orders WHERE id = 48", "sku-1 has 94 available + 4 reserved + 0 consumed")]
    [InlineData("DELETE FROM orders WHERE id = 42", "2 of sku-1 are held for order 42, which does not exist")]
    [InlineData("ALTER TABLE orders DISABLE TRIGGER ALL; DELETE FROM orders WHERE id = 43", "alice has 0 failed orders, counted as 1", "there are 0 failed orders, counted as 1")]
    [InlineData("UPDATE stock_item_counts SET count = count + 1", "there are 2 products, counted as 3")]
    [InlineData(
        "UPDATE stock_items SET available_quantity = 93, recorded_available = 93 WHERE product_id = 'sku-1'",
        "sku-1 has 93 available, 4 reserved; recorded are 93 and 4, its movements add up to 94 and 4")]
    [InlineData(
        "UPDATE stock_items SET available_quantity = 93 WHERE product_id = 'sku-1'",
        "sku-1 has 93 available, 4 reserved; recorded are 94 and 4, its movements add up to 94 and 4")]
    [InlineData("DELETE FROM stock_movements WHERE product_id = 'sku-1' AND version = 3", "recorded are 94 and 4, its movements add up to 94 and 6")]
    [InlineData("DELETE FROM stock_movements WHERE product_id = 'sku-2'", "recorded are 97 and 2, its movements add up to 0 and 0")]
    [InlineData("UPDATE stock_movements SET product_id = 'sku-3' WHERE product_id = 'sku-1' AND version = 3", "recorded are 0 and 0, its movements add up to 0 and -2")]
    [InlineData("UPDATE stock_items SET archived_at = now() WHERE product_id = 'sku-1'", "sku-1 is archived, and has 94 available, 4 reserved")]
    [InlineData("UPDATE stock_items SET is_low = false WHERE product_id = 'sku-2'", "sku-2 has 97 available, the threshold 97, and was announced as not low")]
    [InlineData("UPDATE stock_items SET low_stock_threshold = NULL WHERE product_id = 'sku-2'", "sku-2 has 97 available, the threshold -, and was announced as low")]
    [InlineData("UPDATE stock_items SET low_stock_threshold = 93 WHERE product_id = 'sku-1'", "sku-1 has 94 available, the threshold 93, and was announced as low")]
    public async Task Each_inconsistency_is_reported(string corruption, params string[] named)
    {
        await _database.Execute(corruption);

        var (status, said) = await Check();

        Assert.Equal(1, status);
        foreach (var one in named) Assert.Contains(one, said, StringComparison.Ordinal);
    }

    /// <summary>48 is still to consume its units of sku-1.</summary>
    [Fact]
    public async Task An_order_that_is_being_fulfilled_may_hold_what_it_has_not_consumed()
    {
        await _database.Execute("""
            UPDATE orders SET consuming = true, transitions = jsonb_set(transitions, '{0,at}', to_jsonb(now())) WHERE id = 48;
            UPDATE stock_reservations SET released_at = NULL, consumed = false WHERE order_id = 48 AND product_id = 'sku-1';
            UPDATE stock_items SET reserved_quantity = 6, recorded_reserved = 6 WHERE product_id = 'sku-1';
            DELETE FROM stock_movements WHERE product_id = 'sku-1' AND version = 3;
            """);

        var (status, said) = await Check();

        Assert.True(status == 0, said);
        Assert.Contains("1 orders are still unsettled", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archived_product_without_units_is_neither_low_nor_counted()
    {
        await _database.Execute("""
            INSERT INTO stock_items VALUES ('sku-3', 100, 0, 10, 1, now());
            UPDATE stock_items SET available_quantity = 0, low_stock_threshold = 10, archived_at = now() WHERE product_id = 'sku-3';
            INSERT INTO stock_movements (product_id, version, ordinal, kind, available_delta, reserved_delta, occurred_at)
            VALUES ('sku-3', 1, 0, 'set', 100, 0, now()), ('sku-3', 2, 0, 'archive', -100, 0, now());
            """);

        var (status, said) = await Check(expectStock: false);

        Assert.True(status == 0, said);
        Assert.Contains("ok     an archived product has no units (1)", said, StringComparison.Ordinal);
    }

    /// <summary>48 was fulfilled an hour ago.</summary>
    [Theory]
    [InlineData("DELETE FROM stock_reservations WHERE order_id = 48")]
    [InlineData("UPDATE stock_reservations SET quantity = 0, unit_price = 0, consumed = false WHERE order_id = 48")]
    public async Task A_fulfilled_order_may_have_no_rows_after_the_sweep_and_tombstone_rows_of_late_releases(string change)
    {
        await _database.Execute(change);

        var (status, said) = await Check();

        Assert.True(status == 0, said);
    }

    [Fact]
    public async Task A_database_that_cannot_be_queried_fails_the_check()
    {
        await _database.Execute("ALTER TABLE stock_items RENAME TO elsewhere");

        Assert.NotEqual(0, (await Check()).Status);
    }

    private Task<(int Status, string Said)> Check(bool expectStock = true)
    {
        var database = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        string[] expected = expectStock ? ["--expect-stock", "100"] : [];
        return Scripts.Run(
            "bash",
            ["infra/check.sh", "--wait", "0", .. expected, "--postgres", $"postgresql://{database.Username}:{database.Password}@{database.Host}:{database.Port}/{database.Database}"]);
    }
}
