using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;
using StackExchange.Redis;

namespace OrderFlow.Tests.Redis;

public sealed class JobReclaim : IAsyncLifetime
{
    private const string Dead = TestQueue.Worker;
    private const string NewHolder = "worker-2";

    private TestQueue _given = null!;

    public async Task InitializeAsync() => _given = await TestQueue.Create(options => options.MaxReclaims = 3);

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Fact]
    public async Task Waits_for_the_lease_to_end()
    {
        var lease = TimeSpan.FromMilliseconds(300);
        var since = TimeProvider.System.GetTimestamp();
        var claimed = await _given.EnqueueAndClaim();
        Assert.Empty(await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.FromMinutes(1), _given.Now));

        var reclaimed = await Eventually.Get("the lease to end", () => _given.Queue.Reclaim(NewHolder, 10, lease, _given.Now), jobs => jobs.Count > 0);

        Assert.Equal((claimed.Job, 1), (Assert.Single(reclaimed).Job, reclaimed[0].Attempt));
        Assert.InRange(TimeProvider.System.GetElapsedTime(since), lease - TimeSpan.FromMilliseconds(2), TimeSpan.MaxValue);   // measured by Redis' own clock
        Assert.Empty(await _given.Queue.Reclaim("worker-3", 10, TimeSpan.FromMinutes(1), _given.Now));   // a new lease has begun
    }

    [Fact]
    public async Task Returns_the_oldest_claimed_jobs_and_no_waiting_ones()
    {
        for (var order = 1; order <= 5; order++) await _given.EnqueueAndClaim(order);
        await _given.Queue.Enqueue(TestQueue.Job(6));

        var reclaimed = await _given.Queue.Reclaim(NewHolder, 3, TimeSpan.Zero, _given.Now);

        Assert.Equal(["1-1", "2-1", "3-1"], reclaimed.Select(claimed => claimed.Job.JobId));
        Assert.Equal(new NotificationStats(Waiting: 1, Active: 5, 0, 0, 0, 0, 0, Paused: false), await _given.Queue.GetStats());
    }

    [Fact]
    public async Task Is_not_blocked_by_many_jobs_of_live_workers()
    {
        for (var order = 1; order <= 50; order++) await _given.Queue.Enqueue(TestQueue.Job(order));
        await _given.ClaimIds(50);
        var lost = await _given.EnqueueAndClaim(51);
        await (await _given.Database()).ExecuteAsync("XCLAIM", _given.Keys.Jobs, "workers", Dead, 0, lost.Lease.Split(' ')[0], "IDLE", 60_000, "JUSTID");

        var reclaimed = await _given.Queue.Reclaim(NewHolder, 1, TimeSpan.FromMinutes(1), _given.Now);

        Assert.Equal("51-1", Assert.Single(reclaimed).Job.JobId);
    }

    [Fact]
    public async Task Dead_letters_a_job_whose_workers_keep_dying()
    {
        await _given.EnqueueAndClaim();
        Assert.Single(await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.Zero, _given.Now));
        var last = Assert.Single(await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.Zero, _given.Now));

        Assert.Empty(await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.Zero, _given.Now));

        Assert.Equal(
            new DeadLetter("42-1", 42, "alice", "order.reserved", "Your order 42 is reserved.", Attempts: 1, "its worker died 3 times", _given.Now),
            Assert.Single((await _given.Queue.ListDeadLetters(1, 10)).Items));
        Assert.Equal(new NotificationStats(0, 0, 0, 0, Failed: 1, DeadLettered: 1, DeadLetters: 1, Paused: false), await _given.Queue.GetStats());
        Assert.False(await _given.Queue.Complete(NewHolder, last, _given.Now));
    }

    [Fact]
    public async Task Counts_only_deaths_during_one_attempt()
    {
        await _given.EnqueueAndClaim();
        await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.Zero, _given.Now);
        var reclaimed = Assert.Single(await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.Zero, _given.Now));
        await _given.Queue.Retry(NewHolder, reclaimed, _given.Now, "busy", _given.Now);
        await _given.Claim();

        Assert.Single(await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.Zero, _given.Now));
        Assert.Equal(2, Assert.Single(await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.Zero, _given.Now)).Attempt);
    }

    [Fact]
    public async Task Lets_each_job_be_completed_once_by_crashing_and_late_workers()
    {
        const int Jobs = 300;
        await using var given = await TestQueue.Create(options => options.MaxReclaims = 1_000);
        await Task.WhenAll(Enumerable.Range(1, Jobs).Select(order => given.Queue.Enqueue(TestQueue.Job(order))));

        var completed = await Task.WhenAll(Enumerable.Range(1, 8).Select(number => Task.Run(async () =>
        {
            var (worker, random, mine) = ($"worker-{number}", new Random(number), new List<string>());
            while ((await given.Queue.GetStats()).Processed < Jobs)
            {
                List<ClaimedJob> jobs = [.. await given.Queue.Claim(worker, 5, given.Now), .. await given.Queue.Reclaim(worker, 5, TimeSpan.FromMilliseconds(5), given.Now)];
                foreach (var job in jobs.Where(_ => random.Next(3) > 0))
                    if (await given.Queue.Complete(worker, job, given.Now)) mine.Add(job.Job.JobId);
            }

            return mine;
        })));

        Assert.Equal(Enumerable.Range(1, Jobs).Select(order => $"{order}-1").Order(), completed.SelectMany(ids => ids).Order());
        Assert.Equal(new NotificationStats(0, 0, 0, Processed: Jobs, 0, 0, 0, Paused: false), await given.Queue.GetStats());
    }

    [Fact]
    public async Task Skips_jobs_whose_entries_were_deleted()
    {
        var deleted = await _given.EnqueueAndClaim(1);
        await _given.EnqueueAndClaim(2);
        await (await _given.Database()).StreamDeleteAsync(_given.Keys.Jobs, [deleted.Lease.Split(' ')[0]]);
        Assert.False(await _given.Queue.Complete(Dead, deleted, _given.Now));

        Assert.Equal("2-1", Assert.Single(await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.Zero, _given.Now)).Job.JobId);
        Assert.Equal(new NotificationStats(0, Active: 1, 0, 0, 0, 0, 0, Paused: false), await _given.Queue.GetStats());
    }

    [Fact]
    public async Task Returns_nothing_from_an_unused_queue() =>
        Assert.Empty(await _given.Queue.Reclaim(NewHolder, 10, TimeSpan.Zero, _given.Now));

    [Fact]
    public async Task Removes_idle_workers_without_jobs()
    {
        const int IdleMs = 5;
        var database = await _given.Database();
        await _given.EnqueueAndClaim();
        for (var worker = 2; worker <= 5; worker++)
        {
            await _given.Queue.Enqueue(TestQueue.Job(worker));
            await _given.Queue.Complete($"worker-{worker}", await _given.Claim($"worker-{worker}"), _given.Now);
        }

        await _given.Queue.Reclaim(Dead, 1, TimeSpan.FromMinutes(1), _given.Now);
        Assert.Equal(5, (await Workers()).Length);   // none has been idle for an hour

        await Eventually.Get("all workers to have been idle for a while", () => Workers(), workers => workers.All(worker => worker.IdleTimeInMilliseconds > IdleMs));
        Assert.Equal(3, await RemoveIdle(max: 3));
        Assert.Equal(1, await RemoveIdle(max: 3));
        Assert.Equal([Dead], (await Workers()).Select(worker => worker.Name));

        Task<StreamConsumerInfo[]> Workers() => database.StreamConsumerInfoAsync(_given.Keys.Jobs, "workers");

        async Task<int> RemoveIdle(int max) => (int)await database.ScriptEvaluateAsync(QueueScripts.RemoveIdleWorkers, _given.Keys.All, [0, 0, IdleMs, max]);
    }
}
