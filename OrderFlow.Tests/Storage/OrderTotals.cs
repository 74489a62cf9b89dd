using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Stored totals of orders, compared with a count of the rows.</summary>
public sealed class OrderTotals : IAsyncLifetime
{
    private static readonly string?[] Users = ["alice", "bob", "carol", null];
    private static readonly OrderStatus?[] Statuses = [.. OrderStatusNames.Known, null];

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Totals_are_exact_after_any_change_of_orders(int seed)
    {
        var random = new Random(seed);
        var counts = new OrderCounts(_connections);
        for (var step = 0; step < 40; step++)
        {
            await Change(random);
            if (random.Next(3) == 0) await counts.MergeChanges();
            await AssertExact($"seed {seed}, step {step}");
        }

        await counts.MergeChanges();
        Assert.Equal(0, await _database.Value<long>("SELECT count(*) FROM order_count_changes"));
        await AssertExact($"seed {seed}, at the end");
    }

    [Fact]
    public async Task Totals_are_exact_while_changes_are_merged_and_made_concurrently()
    {
        var counts = new OrderCounts(_connections);
        var writers = Task.WhenAll(Enumerable.Range(1, 4).Select(async writer =>
        {
            for (var round = 0; round < 50; round++)
            {
                await Insert(1_000_000L * writer + (10 * round), 10, Users[round % 3]!);
                await _database.Execute("UPDATE orders SET status = 'reserved' WHERE id BETWEEN $1 AND $1 + 4", 1_000_000L * writer + (10 * round));
            }
        }));
        var merges = Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            while (!writers.IsCompleted) await counts.MergeChanges();
        }));
        await Task.WhenAll(writers, merges);

        await AssertExact("before the last merge");
        await counts.MergeChanges();
        await AssertExact("after the last merge");
        Assert.Equal(2000, await Total(null, null));
    }

    [Fact]
    public async Task Orders_older_than_the_totals_are_counted()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        var before = DatabaseMigrations.Scripts.TakeWhile(script => script.Name != "0007_order_counts.sql").ToList();
        await DatabaseMigrations.Apply(database.ConnectionString, NullLogger.Instance, before);
        await database.Execute(InsertSql, 1L, 5L, "alice");
        await database.Execute("UPDATE orders SET deleted_at = now() WHERE id = 1; UPDATE orders SET status = 'failed' WHERE id = 2");

        await DatabaseMigrations.Apply(database.ConnectionString, NullLogger.Instance);

        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        var index = new OrderIndex(new(connections, TimeProvider.System));
        Assert.Equal(4, (await index.List(new(null, null, 1, 1))).Total);
        Assert.Equal(4, (await index.List(new(null, "alice", 1, 1))).Total);
        Assert.Equal(1, (await index.List(new(OrderStatus.Failed, "alice", 1, 1))).Total);
        Assert.Equal(3, (await index.List(new(OrderStatus.Pending, null, 1, 1))).Total);
    }

    private const string InsertSql = """
        INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
        SELECT id, $3, 'pending', '[]', 0, 1, false, '[]', now(), now(), 1 FROM generate_series($1, $1 + $2 - 1) AS id
        """;

    private long _last;

    private Task Insert(long first, long number, string user) => _database.Execute(InsertSql, first, number, user);

    /// <summary>Changes several orders in one statement.</summary>
    private async Task Change(Random random)
    {
        var some = $"id % {random.Next(2, 6)} = 0";
        switch (random.Next(5))
        {
            case 0 or 1:
                var number = random.Next(1, 20);
                await Insert(_last + 1, number, Users[random.Next(3)]!);
                _last += number;
                break;
            case 2:
                await _database.Execute($"UPDATE orders SET status = '{Statuses[random.Next(Statuses.Length - 1)]!.Value.ToWireName()}', version = version + 1 WHERE {some}");
                break;
            case 3:
                await _database.Execute($"UPDATE orders SET status = 'cancelled', deleted_at = now() WHERE {some} AND deleted_at IS NULL");
                break;
            default:
                await _database.Execute($"DELETE FROM orders WHERE {some} AND (deleted_at IS NOT NULL OR id % 7 = 0)");
                break;
        }
    }

    private async Task AssertExact(string when)
    {
        foreach (var user in Users)
        {
            foreach (var status in Statuses)
            {
                var counted = await _database.Value<long>($"""
                    SELECT count(*) FROM orders WHERE deleted_at IS NULL
                    {(user is null ? "" : $"AND user_id = '{user}'")} {(status is null ? "" : $"AND status = '{status.Value.ToWireName()}'")}
                    """);
                Assert.Equal((when, user, status, counted), (when, user, status, await Total(user, status)));
            }
        }
    }

    private async Task<long> Total(string? user, OrderStatus? status) => (await new OrderIndex(new(_connections, TimeProvider.System)).List(new(status, user, Page: 1, Limit: 1))).Total;
}
