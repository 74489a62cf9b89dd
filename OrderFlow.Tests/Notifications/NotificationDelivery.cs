namespace OrderFlow.Tests.Notifications;

public sealed class NotificationDelivery
{
    /// <summary>With one slot, only the running job waits for the clock.</summary>
    private static readonly (string Name, string Value) OneSlot = ("Notifications:Worker:Concurrency", "1");

    private readonly InMemoryQueue _jobs = new();

    [Fact]
    public async Task Sends_every_job_once_within_the_configured_concurrency()
    {
        var sender = new FakeSender(async _ => await Task.Yield());
        _jobs.Add(TestJobs.Jobs(5_000));
        await using var worker = await WorkerHost.Start(_jobs, sender, time: null, ("Notifications:Worker:Concurrency", "8"));

        await WorkerHost.Until("all to be sent", () => worker.Counted("sent") == 5_000);

        Assert.Equal(TestJobs.Jobs(5_000).Select(job => job.JobId).Order(), sender.Started.Order());
        Assert.InRange(sender.MaxConcurrent, 1, 8);
        Assert.Equal(5_000, _jobs.Calls("Complete").Length);
        Assert.Equal((0, 0, 0), (_jobs.Waiting, _jobs.Active, worker.Counted("failed_attempts")));
        Assert.Empty(worker.Log.All);
    }

    [Fact]
    public async Task Claims_only_as_many_jobs_as_there_are_free_slots()
    {
        var gates = Enumerable.Range(0, 11).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var sender = new FakeSender(job => gates[job.OrderId].Task);
        _jobs.Add(TestJobs.Jobs(10));
        await using var worker = await WorkerHost.Start(_jobs, sender, time: null, ("Notifications:Worker:Concurrency", "3"));

        for (var done = 0; done <= 7; done++)
        {
            await WorkerHost.Until($"three after {done} are done", () => sender.Started.Count == done + 3);
            Assert.Equal((3, 7 - done), (_jobs.Active, _jobs.Waiting));
            gates[done + 1].SetResult();
        }

        foreach (var gate in gates[9..]) gate.SetResult();
        await WorkerHost.Until("all to be sent", () => worker.Counted("sent") == 10);
        Assert.Equal(3, sender.MaxConcurrent);
        Assert.Equal(3, _jobs.Calls("Claim")[0].Count);
        Assert.All(_jobs.Calls("Claim").Skip(1).Where(claim => claim.Jobs!.Count > 0), claim => Assert.Equal((1, 1), (claim.Count, claim.Jobs!.Count)));
    }

    [Fact]
    public async Task Polls_an_empty_queue_with_backoff_and_sends_at_once_while_jobs_flow()
    {
        var clock = new SteppedClock();
        var sender = new FakeSender(_ => Task.CompletedTask);
        await using var worker = await WorkerHost.Start(_jobs, sender, clock, ("Notifications:Worker:MaxPollInterval", "00:00:00.250"));

        await clock.AdvanceUntil("six polls", () => _jobs.Calls("Claim").Length == 6, () => true, TimeSpan.FromMilliseconds(250));
        _jobs.Add(TestJobs.Jobs(1_000));
        await clock.AdvanceUntil("all to be sent", () => _jobs.Calls("Complete").Length == 1_000, () => _jobs.Active == 0, TimeSpan.FromMilliseconds(250));

        Assert.Equal([0, 20, 60, 140, 300, 550], _jobs.Calls("Claim").Take(6).Select(claim => (claim.Now - TestJobs.Now).TotalMilliseconds));
        Assert.InRange(_jobs.Calls("Complete")[^1].Now - TestJobs.Now.AddMilliseconds(800), TimeSpan.Zero, TimeSpan.FromMilliseconds(19));
    }

    [Fact]
    public async Task Reclaims_jobs_of_a_dead_worker()
    {
        var clock = new SteppedClock();
        var sender = new FakeSender(_ => Task.CompletedTask);
        _jobs.AddAbandoned(TestJobs.Job(), TestJobs.Now);
        await using var worker = await WorkerHost.Start(_jobs, sender, clock, OneSlot);

        await clock.AdvanceUntil("the abandoned job", () => _jobs.Calls("Complete").Length == 1, () => true, TimeSpan.FromMilliseconds(50));

        var completed = _jobs.Calls("Complete").Single();
        Assert.InRange(completed.Now - TestJobs.Now, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(31.1));
        Assert.Equal(2, completed.Jobs!.Single().Attempt);
        Assert.InRange(_jobs.Calls("Reclaim").Length, 29, 31);
        Assert.Equal(["42-2"], sender.Started);
    }

    [Fact]
    public async Task Reclaims_four_times_within_a_short_lease()
    {
        var clock = new SteppedClock();
        await using var worker = await WorkerHost.Start(
            _jobs, new FakeSender(_ => Task.CompletedTask), clock, ("Notifications:Worker:Lease", "00:00:02"), ("Notifications:Worker:SendTimeout", "00:00:01"));

        await clock.AdvanceUntil("ten seconds", () => clock.GetUtcNow() >= TestJobs.Now.AddSeconds(10), () => true, TimeSpan.FromMilliseconds(50));

        var times = _jobs.Calls("Reclaim").Select(call => call.Now).ToArray();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.55)));
        Assert.InRange(times.Length, 19, 21);
    }
}
