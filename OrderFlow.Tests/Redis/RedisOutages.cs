using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Notifications;
using StackExchange.Redis;

namespace OrderFlow.Tests.Redis;

/// <summary>Redis that is unavailable or has lost its data or scripts.</summary>
public sealed class RedisOutages
{
    private const string Worker = TestQueue.Worker;

    /// <summary>The longest that a call waits while Redis is unavailable.</summary>
    private static readonly TimeSpan FailureTimeout = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Scripts_are_sent_again_after_Redis_lost_them()
    {
        await using var server = new RedisServer();
        await using var given = await TestQueue.Create(server: server);
        var claimed = await given.EnqueueAndClaim(1);

        await using var operations = await ConnectionMultiplexer.ConnectAsync(await server.ConnectionString());   // not by the queue's driver, which would notice
        await operations.GetDatabase().ExecuteAsync("SCRIPT", "FLUSH");

        Assert.True(await given.Queue.Enqueue(TestQueue.Job(2)));
        Assert.True(await given.Queue.Complete(Worker, claimed, given.Now));
        await operations.GetDatabase().ExecuteAsync("SCRIPT", "FLUSH");
        Assert.Equal(20, (await Task.WhenAll(Enumerable.Range(10, 20).Select(order => given.Queue.Enqueue(TestQueue.Job(order))))).Count(queued => queued));
        Assert.Equal(21, (await given.ClaimIds(100)).Count());
    }

    [Fact]
    public async Task A_queue_starts_over_after_all_its_data_was_lost()
    {
        await using var server = new RedisServer();
        await using var given = await TestQueue.Create(server: server);
        var claimed = await given.EnqueueAndClaim(1);

        await (await given.Database()).ExecuteAsync("FLUSHALL");

        Assert.False(await given.Queue.Complete(Worker, claimed, given.Now));
        Assert.Empty(await given.ClaimIds());
        Assert.Empty(await given.Queue.Reclaim(Worker, 10, TimeSpan.Zero, given.Now));
        Assert.Equal(new NotificationStats(0, 0, 0, 0, 0, 0, 0, Paused: false), await given.Queue.GetStats());
        Assert.True(await given.Queue.Enqueue(claimed.Job));
        Assert.True(await given.Queue.Complete(Worker, await given.Claim(), given.Now));
    }

    [Fact]
    public async Task Nothing_is_lost_and_no_call_hangs_when_Redis_is_killed_and_restarted()
    {
        await using var server = new RedisServer();
        await using var given = await TestQueue.Create(server: server);
        await given.Queue.Retry(Worker, await given.EnqueueAndClaim(1), given.Now.AddSeconds(1), "busy", given.Now);
        await given.AddDeadLetter(2);
        await given.Queue.Complete(Worker, await given.EnqueueAndClaim(3), given.Now);
        var held = await given.EnqueueAndClaim(4);
        await given.Queue.Enqueue(TestQueue.Job(5));
        var before = new NotificationStats(Waiting: 1, Active: 1, Delayed: 1, Processed: 1, Failed: 2, DeadLettered: 1, DeadLetters: 1, Paused: false);
        Assert.Equal(before, await given.Queue.GetStats());

        await server.Kill();
        foreach (var call in Calls(given.Queue, held, given.Now)) await FailsQuickly(call);

        await server.Start();
        var after = await Eventually.Get("Redis to answer again", () => Attempt(given.Queue.GetStats), stats => stats is not null);
        Assert.Equal(before, after);
        Assert.True(await given.Queue.Complete(Worker, held, given.Now));
        Assert.False(await given.Queue.Enqueue(TestQueue.Job(3)));
        given.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["5-1", "1-1"], await given.ClaimIds());
        Assert.Equal(["2-1"], (await given.Queue.ListDeadLetters(1, 10)).Items.Select(letter => letter.JobId));
    }

    [Fact]
    public async Task A_queue_can_be_created_before_Redis_starts()
    {
        await using var server = new RedisServer();
        await server.ConnectionString();
        await server.Kill();
        await using var given = await TestQueue.Create(server: server);

        await FailsQuickly(() => given.Queue.Probe());
        await FailsQuickly(() => given.Queue.Enqueue(TestQueue.Job(1)));

        await server.Start();
        await Eventually.Get("Redis to answer", () => Attempt(async () => { await given.Queue.Probe(); return "done"; }), answer => answer is not null);
        Assert.True(await given.Queue.Enqueue(TestQueue.Job(1)));
    }

    [Fact]
    public async Task An_outage_is_logged_once_when_it_begins_and_once_when_it_ends()
    {
        await using var server = new RedisServer();
        var settings = Options.Create(new RedisOptions { ConnectionString = await server.ConnectionString() });
        await server.Kill();
        using var log = new LogLines();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        await using var connection = new RedisConnection(settings, logging.CreateLogger<RedisConnection>());
        await connection.GetDatabase();

        await server.Start();

        var lines = await Eventually.Get("the end of the outage to be logged", () => Task.FromResult(log.All), lines => lines.Length > 1);
        Assert.Equal("Warning: Redis does not answer; reconnecting until it does", lines[0]);
        Assert.Matches("^Information: The connection to Redis at .* is restored$", Assert.Single(lines[1..]));
    }

    private static IEnumerable<Func<Task>> Calls(NotificationQueue queue, ClaimedJob held, DateTimeOffset now) =>
    [
        () => queue.Enqueue(TestQueue.Job(6)),
        () => queue.ListByOrder(6),
        () => queue.GetStats(),
        () => queue.ListDeadLetters(1, 10),
        () => queue.Replay("2-1"),
        () => queue.Purge("2-1"),
        () => queue.SetPaused(true),
        () => queue.Probe(),
        () => queue.Claim(Worker, 10, now),
        () => queue.Reclaim(Worker, 10, TimeSpan.Zero, now),
        () => queue.Complete(Worker, held, now),
        () => queue.Retry(Worker, held, now, "busy", now),
        () => queue.DeadLetter(Worker, held, "busy", now),
        () => queue.Release(Worker, held, now),
    ];

    private static async Task FailsQuickly(Func<Task> call)
    {
        var since = TimeProvider.System.GetTimestamp();
        var error = await Assert.ThrowsAnyAsync<Exception>(call);

        Assert.True(error is RedisException or RedisTimeoutException, $"{error}");
        Assert.InRange(TimeProvider.System.GetElapsedTime(since), TimeSpan.Zero, FailureTimeout);
    }

    private static async Task<T?> Attempt<T>(Func<Task<T>> call)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (error is RedisException or RedisTimeoutException)
        {
            return null;
        }
    }
}
