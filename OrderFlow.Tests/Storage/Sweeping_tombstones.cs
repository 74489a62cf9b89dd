using Npgsql;
using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

public sealed class Sweeping_tombstones
{
    private static readonly DateTimeOffset Limit = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Only_what_was_deleted_released_or_used_before_the_limit_goes_and_nothing_that_is_still_releasing()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        await database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, deleted_at, version)
            SELECT id, 'alice', 'cancelled', '[]', 0, 1, releasing, '[]', now(), now(), deleted_at, 1
            FROM (VALUES
              (1, $1 - interval '1 millisecond', false), (2, $1 - interval '1 millisecond', true), (3, $1, false), (4, NULL, false)) AS o (id, deleted_at, releasing)
            """, Limit);
        await database.Execute("""
            INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at)
            SELECT 'sku-1', id, 1, 1, 1, false, released_at
            FROM (VALUES (1, $1 - interval '1 millisecond'), (2, $1), (3, NULL)) AS r (id, released_at)
            """, Limit);

        await database.Execute("""
            INSERT INTO orleans_grain_state (grain_id_hash, grain_type_hash, grain_id_n0, grain_id_n1, grain_extension, state_name, service_id, version, modified_at)
            SELECT 1, 1, 0, 0, key, state_name, 'orderflow', 1, modified_at
            FROM (VALUES
              ('idem/old', 'idempotency', $1 - interval '1 millisecond'), ('idem/new', 'idempotency', $1),
              ('other', 'subscriptions', $1 - interval '1 day')) AS k (key, state_name, modified_at)
            """, Limit);

        var swept = await new Tombstones(connections).Sweep(ordersDeletedBefore: Limit, reservationsReleasedBefore: Limit, keysUsedBefore: Limit);

        Assert.Equal(3, swept);
        Assert.Equal([2L, 3L, 4L], await database.Column<long>("SELECT id FROM orders ORDER BY id"));
        Assert.Equal([2L, 3L], await database.Column<long>("SELECT order_id FROM stock_reservations ORDER BY order_id"));
        Assert.Equal(["idem/new", "other"], await database.Column<string>("SELECT grain_extension FROM orleans_grain_state ORDER BY grain_extension"));
    }

    /// <summary>Its key would place it anew.</summary>
    [Fact]
    public async Task No_order_goes_while_there_may_be_keys_that_are_older()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        await database.Execute("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, deleted_at, version)
            VALUES (1, 'alice', 'cancelled', '[]', 0, 1, false, '[]', now(), now(), $1 - interval '1 day', 1)
            """, Limit);
        await database.Execute($"""
            INSERT INTO orleans_grain_state (grain_id_hash, grain_type_hash, grain_id_n0, grain_id_n1, grain_extension, state_name, service_id, version, modified_at)
            SELECT 1, 1, 0, 0, 'idem/' || n, 'idempotency', 'orderflow', 1, $1 - interval '1 day' FROM generate_series(1, {Tombstones.SweepLimit} + 1) AS n
            """, Limit);
        var tombstones = new Tombstones(connections);

        Assert.Equal(Tombstones.SweepLimit, await tombstones.Sweep(Limit, Limit, Limit));
        Assert.Equal(1, await database.Value<long>("SELECT count(*) FROM orders"));
        Assert.Equal(2, await tombstones.Sweep(Limit, Limit, Limit));
        Assert.Equal(0, await database.Value<long>("SELECT count(*) FROM orders"));
    }
}
