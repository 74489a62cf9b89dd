using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Products of orders that are older than the table of them.</summary>
public sealed class OrderProductsBackfill
{
    private const string Missing = """
        SELECT count(*) FROM (
          SELECT DISTINCT product_id, created_at, id FROM orders, products_of(items) AS product_id WHERE deleted_at IS NULL
          EXCEPT SELECT product_id, created_at, order_id FROM order_products) AS missing
        """;

    private const string TriggerWaits =
        "SELECT count(*) FROM pg_locks WHERE relation = 'orders'::regclass AND mode = 'ShareRowExclusiveLock' AND NOT granted";

    [Fact]
    public async Task No_order_is_missed_and_others_are_inserted_while_older_orders_are_filled_in()
    {
        await using var database = await OldDatabase(orders: 25_000);
        await database.Execute("UPDATE orders SET deleted_at = now() WHERE id % 5000 = 0");
        var next = 1_000_000L;

        // An order of before the trigger is committed late: the trigger waits for it, but others are inserted meanwhile.
        var late = await database.Open();
        await using var transaction = await late.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand(InsertSql(900_000, 1), late, transaction)) await insert.ExecuteNonQueryAsync();

        var migrating = DatabaseMigrations.Apply(database.ConnectionString, NullLogger.Instance);
        var waits = Eventually.Get("the trigger to wait", () => database.Value<long>(TriggerWaits), waiting => waiting > 0);
        for (var insertedMeanwhile = 0; !migrating.IsCompleted; next += 3)
        {
            await database.Execute(InsertSql(next, 3));
            if (waits.IsCompleted && ++insertedMeanwhile == 5) await transaction.CommitAsync();
        }

        await migrating;
        await waits;
        await late.DisposeAsync();
        Assert.Equal(0, await database.Value<long>(Missing));
        Assert.Equal(next - 1_000_000 + 25_000 - 5 + 1, await database.Value<long>("SELECT count(DISTINCT order_id) FROM order_products"));
    }

    [Fact]
    public async Task A_back_fill_that_was_interrupted_adds_what_is_missing()
    {
        await using var database = await OldDatabase(orders: 12_000);
        await DatabaseMigrations.Apply(database.ConnectionString, NullLogger.Instance);
        await database.Execute("DELETE FROM order_products WHERE order_id > 7000; DELETE FROM schema_migrations WHERE scriptname LIKE '%.batches.sql'");

        await DatabaseMigrations.Apply(database.ConnectionString, NullLogger.Instance);

        Assert.Equal(0, await database.Value<long>(Missing));
        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        var list = await new OrderIndex(new(connections, TimeProvider.System)).List(new(null, null, 1, 2, ProductId: "sku-2"));
        Assert.Equal([11_997L, 11_992L], list.Items.Select(order => order.Id));
    }

    /// <summary>A database as the version before has it.</summary>
    private static async Task<PostgresDatabase> OldDatabase(int orders)
    {
        var database = await PostgresServer.Shared.CreateEmptyDatabase();
        await DatabaseMigrations.Apply(
            database.ConnectionString, NullLogger.Instance, [.. DatabaseMigrations.Scripts.Where(script => string.CompareOrdinal(script.Name, "0018") < 0)]);
        await database.Execute(InsertSql(1, orders));
        return database;
    }

    private static string InsertSql(long first, int number) => $$"""
        INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
        SELECT id, 'alice', 'pending', jsonb_build_array(jsonb_build_object('productId', 'sku-' || id % 5, 'quantity', 1), jsonb_build_object('productId', 'sku-0', 'quantity', 1)),
          0, 1, false, '[]', '2026-11-22Z'::timestamptz + id * interval '1 millisecond', now(), 1
        FROM generate_series({{first}}, {{first + number - 1}}) AS id
        """;
}
