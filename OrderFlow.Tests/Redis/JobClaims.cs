using OrderFlow.Notifications;

namespace OrderFlow.Tests.Redis;

public sealed class JobClaims : IAsyncLifetime
{
    private const string Worker = TestQueue.Worker;

    private TestQueue _given = null!;

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Fact]
    public async Task Return_each_job_once_in_order()
    {
        for (var order = 1; order <= 5; order++) await _given.Queue.Enqueue(TestQueue.Job(order));

        Assert.Equal(["1-1", "2-1"], await _given.ClaimIds(2));
        Assert.Equal(["3-1", "4-1", "5-1"], (await _given.Queue.Claim("worker-2", 10, _given.Now)).Select(claimed => claimed.Job.JobId));
        Assert.Empty(await _given.ClaimIds());
    }

    [Fact]
    public async Task Return_no_job_to_two_workers()
    {
        const int Jobs = 500;
        await Task.WhenAll(Enumerable.Range(1, Jobs).Select(order => _given.Queue.Enqueue(TestQueue.Job(order))));

        var claimed = await Task.WhenAll(Enumerable.Range(1, 8).Select(worker => Task.Run(async () =>
        {
            var ids = new List<string>();
            while (await _given.Queue.Claim($"worker-{worker}", 7, _given.Now) is { Count: > 0 } some) ids.AddRange(some.Select(one => one.Job.JobId));
            return ids;
        })));

        Assert.Equal(Enumerable.Range(1, Jobs).Select(order => $"{order}-1").Order(), claimed.SelectMany(ids => ids).Order());
    }

    [Fact]
    public async Task Return_a_delayed_job_when_it_is_due_and_not_before()
    {
        await _given.Queue.Retry(Worker, await _given.EnqueueAndClaim(), _given.Now.AddSeconds(5), "busy", _given.Now);

        _given.Time.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.Empty(await _given.ClaimIds());

        _given.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["42-1"], await _given.ClaimIds());
    }

    [Fact]
    public async Task Return_delayed_jobs_after_waiting_ones_in_the_order_in_which_they_are_due()
    {
        foreach (var (order, seconds) in new[] { (1, 9), (2, 3), (3, 6), (4, 60) })
            await _given.Queue.Retry(Worker, await _given.EnqueueAndClaim(order), _given.Now.AddSeconds(seconds), "busy", _given.Now);
        await _given.Queue.Enqueue(TestQueue.Job(5));
        _given.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["5-1", "2-1", "3-1", "1-1"], await _given.ClaimIds());
        Assert.Equal(new NotificationStats(0, Active: 4, Delayed: 1, 0, Failed: 4, 0, 0, Paused: false), await _given.Queue.GetStats());
    }

    [Fact]
    public async Task Return_released_jobs_after_the_others()
    {
        var claimed = await _given.EnqueueAndClaim(1);
        await _given.Queue.Enqueue(TestQueue.Job(2));
        await _given.Queue.Release(Worker, claimed, _given.Now);

        Assert.Equal(["2-1", "1-1"], await _given.ClaimIds());
    }

    [Fact]
    public async Task Return_nothing_while_the_queue_is_paused_and_everything_afterwards()
    {
        await _given.Queue.Retry(Worker, await _given.EnqueueAndClaim(1), _given.Now.AddSeconds(1), "busy", _given.Now);
        var claimed = await _given.EnqueueAndClaim(2);
        await _given.Queue.Enqueue(TestQueue.Job(3));
        _given.Time.Advance(TimeSpan.FromSeconds(1));
        await _given.Queue.SetPaused(true);
        await _given.Queue.SetPaused(true);

        Assert.Empty(await _given.ClaimIds());
        Assert.Empty(await _given.Queue.Reclaim("worker-2", 10, TimeSpan.Zero, _given.Now));
        Assert.Equal(new NotificationStats(Waiting: 1, Active: 1, Delayed: 1, 0, Failed: 1, 0, 0, Paused: true), await _given.Queue.GetStats());
        Assert.True(await _given.Queue.Complete(Worker, claimed, _given.Now));

        await _given.Queue.SetPaused(false);
        await _given.Queue.SetPaused(false);
        Assert.Equal(["3-1", "1-1"], await _given.ClaimIds());
        Assert.Equal(new NotificationStats(0, Active: 2, 0, Processed: 1, Failed: 1, 0, 0, Paused: false), await _given.Queue.GetStats());
    }
}
