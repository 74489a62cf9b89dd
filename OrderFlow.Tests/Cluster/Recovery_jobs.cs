using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Recovery;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

/// <summary>The jobs of recovery: each has a schedule of its own, fails alone, and says when it does not keep up.</summary>
public sealed class Recovery_jobs
{
    private const string SweepWaitsSince = """
        SELECT coalesce(max(query_start)::text, '') FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%DELETE FROM orleans_grain_state%'
        """;

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task One_that_fails_and_one_that_waits_for_a_lock_keep_no_other_from_its_work()
    {
        await using var cluster = await OrderFlowCluster.Start(silos: 1);
        await using var holder = await cluster.Database.OpenConnectionAsync();
        await Execute(holder, "BEGIN; LOCK TABLE orleans_grain_state IN SHARE MODE");   // the sweep of keys waits
        await using (var other = await cluster.Database.OpenConnectionAsync()) await Execute(other, "DROP TABLE order_totals");   // adding up fails

        var turns = 0;
        await Eventually.Get(
            "the others to do their work while one sweep of keys waits",
            async () =>
            {
                var since = await Eventually.Get("the sweep of keys to wait", () => cluster.Scalar<string>(SweepWaitsSince), found => found.Length > 0);
                await LetOthersWork(cluster, deleted: ++turns, pending: 1_000 + turns);
                return await cluster.Scalar<string>(SweepWaitsSince) == since;   // else its statement was given up meanwhile, as it is in the end
            },
            isTheSame => isTheSame);
    }

    [Fact]
    public async Task An_error_is_logged_once_until_it_is_another_or_over()
    {
        Exception? error = null;
        var jobs = new RecoveryJobFixture(_clock);
        var job = jobs.Create("sweep used keys", () => error is null ? Task.FromResult(new Batch(1, IsFull: false)) : Task.FromException<Batch>(error));

        foreach (var next in new Exception?[] { null, new TimeoutException("slow"), new TimeoutException("slow"), new InvalidOperationException("odd"), null, null, new TimeoutException("slow") })
        {
            error = next;
            await job.Run(default);
        }

        Assert.Equal(
            [
                "Warning: Recovery cannot sweep used keys; it will try again. TimeoutException: slow",
                "Warning: Recovery cannot sweep used keys; it will try again. InvalidOperationException: odd",
                "Information: Recovery can sweep used keys again",
                "Warning: Recovery cannot sweep used keys; it will try again. TimeoutException: slow",
            ],
            jobs.LogLines);
    }

    [Fact]
    public async Task One_that_does_not_keep_up_ends_with_its_time_and_says_so_once()
    {
        var due = 14;
        var jobs = new RecoveryJobFixture(_clock);
        var job = jobs.Create("sweep used keys", () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(new Batch(1, IsFull: --due > 0));
        });

        var left = new List<int>();
        for (var run = 0; run < 4; run++)
        {
            await job.Run(default);
            left.Add(due);
            if (due == 0) due = 1;
        }

        Assert.Equal([9, 4, 0, 0], left);
        Assert.Equal(
            [
                "Warning: Recovery does not keep up: it could not sweep used keys in 5 s, and more comes due",
                "Information: Recovery keeps up again: it could sweep used keys in time",
            ],
            jobs.LogLines);
    }

    /// <summary>Leaves something to do for each job that can do it, and waits until it is done.</summary>
    private static async Task LetOthersWork(OrderFlowCluster cluster, long deleted, long pending)
    {
        await using (var connection = await cluster.Database.OpenConnectionAsync())
        {
            await Execute(connection, $$"""
                INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, deleted_at, version)
                VALUES ({{deleted}}, 'alice', 'cancelled', '[]', 0, 1, false, '[]', now(), now(), now() - interval '25 hours', 1),
                  ({{pending}}, 'alice', 'pending', '[{"productId": "nowhere", "quantity": 1}]', 0, 1, false, '[]', now() - interval '1 minute', now() - interval '1 minute', NULL, 1);
                INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at)
                VALUES ('gone', {{deleted}}, 1, 1, 1, false, now() - interval '2 hours')
                """);
        }

        Assert.Equal("unknown product: nowhere", (await cluster.Settled(pending)).FailReason);
        await Eventually.Get("the deleted order to be swept", () => cluster.Scalar<long>($"SELECT count(*) FROM orders WHERE id = {deleted}"), left => left == 0);
        await Eventually.Get(
            "the released reservation to be swept", () => cluster.Scalar<long>($"SELECT count(*) FROM stock_reservations WHERE order_id = {deleted}"), left => left == 0);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
