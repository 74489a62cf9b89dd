using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Recovery;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

/// <summary>Recovery's jobs: each has its own schedule, fails alone, and logs when it is behind.</summary>
public sealed class RecoveryJobs
{
    private const string SweepWaitsSince = """
        SELECT coalesce(max(query_start)::text, '') FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%DELETE FROM orleans_grain_state%'
        """;

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_failing_job_and_one_that_waits_for_a_lock_do_not_block_the_others()
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
    public async Task An_error_is_logged_once_until_it_changes_or_is_over()
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
                "Warning: Recovery could not sweep used keys; it will retry. TimeoutException: slow",
                "Warning: Recovery could not sweep used keys; it will retry. InvalidOperationException: odd",
                "Information: Recovery can sweep used keys again",
                "Warning: Recovery could not sweep used keys; it will retry. TimeoutException: slow",
            ],
            jobs.LogLines);
    }

    [Fact]
    public async Task A_job_that_is_behind_stops_when_its_time_is_up_and_logs_so_once()
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
                "Warning: Recovery is behind: 5 s are not enough to sweep used keys; the rest waits for the next run",
                "Information: Recovery has caught up: it can sweep used keys in time again",
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
