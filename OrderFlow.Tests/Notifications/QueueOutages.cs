namespace OrderFlow.Tests.Notifications;

public sealed class QueueOutages
{
    /// <summary>The longest delay between two calls to a queue that does not answer: two seconds and the jitter.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2.4);

    /// <summary>With one slot, only the running job waits for the clock.</summary>
    private static readonly (string Name, string Value) OneSlot = ("Notifications:Worker:Concurrency", "1");

    private readonly InMemoryQueue _jobs = new();
    private readonly SteppedClock _clock = new();
    private readonly FakeSender _sender = new(_ => Task.CompletedTask);

    [Fact]
    public async Task Are_retried_with_backoff_and_logged_once_at_each_end()
    {
        var failedAt = new List<DateTimeOffset>();
        _jobs.Before = _ =>
        {
            failedAt.Add(_clock.GetUtcNow());
            throw new IOException("connection refused");
        };
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, _sender, _clock, OneSlot);

        await AdvanceUntil("ten failures", () => failedAt.Count == 10);
        _jobs.Before = _ => Task.CompletedTask;
        await AdvanceUntil("the job to be sent", () => worker.Counted("sent") == 1);

        Assert.Equal(
            ["Warning: The notification queue does not answer; calls are repeated until it does: connection refused", "Information: The notification queue answers again"],
            worker.Log.All);
        double[] delays = [100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000, 2_000];
        Assert.All(
            failedAt.Zip(failedAt.Skip(1), (earlier, later) => (later - earlier).TotalMilliseconds).Zip(delays),
            pair => Assert.InRange(pair.First, pair.Second * 0.8, pair.Second * 1.2));
        Assert.Single(_sender.Started);
    }

    [Fact]
    public async Task Do_not_cause_a_second_send()
    {
        var failures = 0;
        _jobs.Before = called => called == "Complete" && failures < 4 ? FailAfter(() => failures++) : Task.CompletedTask;
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, _sender, _clock, OneSlot);

        await AdvanceUntil("the job to be completed", () => worker.Counted("sent") == 1);

        Assert.Equal((4, 0, 0), (failures, worker.Counted("lost_leases"), _jobs.Active));
        Assert.Single(_sender.Started);
        Assert.Empty(_jobs.Calls("Retry", "DeadLetter", "Release"));
    }

    [Fact]
    public async Task Leave_a_job_uncounted_when_the_outcome_is_unknown()
    {
        var answers = 0;
        _jobs.Before = called => called == "Complete" && answers++ == 0 ? LoseTheAnswer() : Task.CompletedTask;
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, _sender, _clock, OneSlot);

        const string Unknown = "Information: The outcome of attempt 1 to send notification 42-2 may have been recorded by a call that the queue did not answer, or the lease was lost";
        await AdvanceUntil("the second answer", () => worker.Log.All.Contains(Unknown));
        await worker.Stop();

        Assert.Equal((0, 0, 0), (worker.Counted("sent"), worker.Counted("lost_leases"), _jobs.Active));
        Assert.Equal(["Complete", "Complete"], _jobs.Calls("Complete", "Retry", "DeadLetter", "Release").Select(call => call.Method));
        Assert.Single(_sender.Started);
        Assert.DoesNotContain(worker.Log.All, line => line.Contains("lost its lease", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leave_a_job_to_be_reclaimed_when_they_outlast_the_lease()
    {
        var calledAt = new List<DateTimeOffset>();
        _jobs.Before = called => called == "Complete" ? FailAfter(() => calledAt.Add(_clock.GetUtcNow())) : Task.CompletedTask;
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, _sender, _clock, OneSlot, ("Notifications:Worker:Lease", "00:00:21"));

        await AdvanceUntil("the end of the lease", () => NotRecorded(worker).Length == 1);

        Assert.Equal(["Warning: The outcome of attempt 1 to send notification 42-2 could not be recorded; the job can be reclaimed when its lease ends: connection refused"], NotRecorded(worker));
        Assert.InRange(calledAt[^1] - TestJobs.Now, TimeSpan.FromSeconds(21) - MaxPause, TimeSpan.FromSeconds(21));
        Assert.InRange(calledAt.Count, 10, 20);
        Assert.Equal((0, 0, 1), (worker.Counted("sent"), worker.Counted("lost_leases"), _jobs.Active));
        Assert.Single(_sender.Started);
    }

    private static string[] NotRecorded(WorkerHost worker) =>
        [.. worker.Log.All.Where(line => line.Contains("could not be recorded", StringComparison.Ordinal))];

    private static Task FailAfter(Action action)
    {
        action();
        throw new IOException("connection refused");
    }

    /// <summary>The queue completes the job and fails before it has answered.</summary>
    private async Task LoseTheAnswer()
    {
        var call = _jobs.Calls("Claim").Last(claim => claim.Jobs!.Count > 0);
        await _jobs.Complete(call.Worker, call.Jobs!.Single(), _clock.GetUtcNow());
        throw new IOException("connection reset");
    }

    private Task AdvanceUntil(string awaited, Func<bool> condition) => _clock.AdvanceUntil(awaited, condition, () => true, MaxPause);
}
