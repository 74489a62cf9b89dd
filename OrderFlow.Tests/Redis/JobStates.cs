using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Redis;
using static OrderFlow.Notifications.NotificationState;

namespace OrderFlow.Tests.Redis;

/// <summary>The listed jobs and the counts along the life of a job.</summary>
public sealed class JobStates : IAsyncLifetime
{
    private const string Worker = TestQueue.Worker;

    private static readonly NotificationStats Empty = new(0, 0, 0, 0, 0, 0, 0, Paused: false);

    private TestQueue _given = null!;

    private NotificationQueue Queue => _given.Queue;

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Fact]
    public async Task Lead_from_waiting_to_sent()
    {
        await Queue.Enqueue(TestQueue.Job(42));
        await AssertState(Waiting, attempts: 0, Empty with { Waiting = 1 });

        _given.Time.Advance(TimeSpan.FromSeconds(1));
        var claimed = await _given.Claim();
        Assert.Equal(1, claimed.Attempt);
        await AssertState(Active, attempts: 1, Empty with { Active = 1 });

        await Queue.Retry(Worker, claimed, _given.Now.AddSeconds(5), "busy", _given.Now);
        await AssertState(Delayed, attempts: 1, Empty with { Delayed = 1, Failed = 1 });

        _given.Time.Advance(TimeSpan.FromSeconds(5));
        claimed = await _given.Claim();
        Assert.Equal(2, claimed.Attempt);
        await AssertState(Active, attempts: 2, Empty with { Active = 1, Failed = 1 });

        await Queue.Release(Worker, claimed, _given.Now);
        await AssertState(Waiting, attempts: 1, Empty with { Waiting = 1, Failed = 1 });

        claimed = await _given.Claim();
        Assert.Equal(2, claimed.Attempt);
        await Queue.Complete(Worker, claimed, _given.Now);
        await AssertState(Sent, attempts: 2, Empty with { Failed = 1, Processed = 1 });
    }

    [Fact]
    public async Task Lead_from_dead_through_a_replay_to_purged()
    {
        await _given.AddDeadLetter(42);
        await AssertState(Dead, attempts: 1, Empty with { Failed = 1, DeadLettered = 1, DeadLetters = 1 });

        _given.Time.Advance(TimeSpan.FromSeconds(1));
        await Queue.Replay("42-1");
        await AssertState(Waiting, attempts: 0, Empty with { Waiting = 1, Failed = 1, DeadLettered = 1 });

        var claimed = await _given.Claim();
        Assert.Equal(1, claimed.Attempt);
        await Queue.DeadLetter(Worker, claimed, "no such mailbox", _given.Now);
        await Queue.Purge("42-1");
        Assert.Empty(await Queue.ListByOrder(42));
        Assert.Equal(Empty with { Failed = 2, DeadLettered = 2 }, await Queue.GetStats());
    }

    [Fact]
    public async Task Are_listed_by_order_oldest_event_first()
    {
        foreach (var version in new[] { 10, 9, 100, 2 }) await Queue.Enqueue(TestQueue.Job(4, version));
        await Queue.Enqueue(TestQueue.Job(41, 3));
        await Queue.Enqueue(TestQueue.Job(44, 3));

        Assert.Equal(["4-2", "4-9", "4-10", "4-100"], (await Queue.ListByOrder(4)).Select(job => job.JobId));
        Assert.Equal(["44-3"], (await Queue.ListByOrder(44)).Select(job => job.JobId));
        Assert.Empty(await Queue.ListByOrder(5));
    }

    [Fact]
    public async Task Are_listed_without_the_message_once_it_was_trimmed_from_the_history()
    {
        await using var given = await TestQueue.Create(options => options.HistoryLimit = 10);
        const int Sent = 500;
        for (var order = 1; order <= Sent; order++) await given.Queue.Complete(Worker, await given.EnqueueAndClaim(order), given.Now);

        Assert.InRange(await (await given.Database()).StreamLengthAsync(given.Keys.History), 10, 10 + 100);   // trimmed in whole nodes of 100 entries
        Assert.Equal(
            [new Notification("1-1", "order.reserved", Message: null, NotificationState.Sent, Attempts: 1, given.Now)],
            await given.Queue.ListByOrder(1));
        Assert.Equal("Your order 500 is reserved.", Assert.Single(await given.Queue.ListByOrder(Sent)).Message);
    }

    /// <summary>Asserts the state of the only job and the counts. The time of an active job is by Redis' own clock.</summary>
    private async Task AssertState(NotificationState state, int attempts, NotificationStats stats)
    {
        var job = Assert.Single(await Queue.ListByOrder(42));
        var since = state == Active ? job.UpdatedAt : _given.Now;
        Assert.Equal(new Notification("42-1", "order.reserved", "Your order 42 is reserved.", state, attempts, since), job);
        Assert.Equal(stats, await Queue.GetStats());
    }
}
