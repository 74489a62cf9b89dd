namespace OrderFlow.Tests.Notifications;

public sealed class QueueOutages
{
    /// <summary>What the worker waits at most between two calls to a queue that does not answer: two seconds and the jitter.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2.4);

    /// <summary>Nothing but the job under way waits on the clock.</summary>
    private static readonly (string Name, string Value) OneAtATime = ("Notifications:Worker:Concurrency", "1");

    private readonly InMemoryQueue _jobs = new();
    private readonly SteppedClock _clock = new();
    private readonly FakeSender _sender = new(_ => Task.CompletedTask);

    [Fact]
    public async Task Asks_again_with_growing_pauses_and_says_once_that_it_is_away_and_once_that_it_is_back()
    {
        var failedAt = new List<DateTimeOffset>();
        _jobs.Before = _ =>
        {
            failedAt.Add(_clock.GetUtcNow());
            throw new IOException("connection refused");
        };
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, _sender, _clock, OneAtATime);

        await GoOnUntil("ten failures", () => failedAt.Count == 10);
        _jobs.Before = _ => Task.CompletedTask;
        await GoOnUntil("the job to be sent", () => worker.Counted("sent") == 1);

        Assert.Equal(
            ["Warning: The queue of notifications does not answer and is asked again: connection refused", "Information: The queue of notifications answers again"],
            worker.Log.All);
        double[] pauses = [100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000, 2_000];
        Assert.All(
            failedAt.Zip(failedAt.Skip(1), (earlier, later) => (later - earlier).TotalMilliseconds).Zip(pauses),
            pair => Assert.InRange(pair.First, pair.Second * 0.8, pair.Second * 1.2));
        Assert.Single(_sender.Started);
    }

    [Fact]
    public async Task Does_not_send_again_what_was_sent_just_before()
    {
        var failures = 0;
        _jobs.Before = called => called == "Finish" && failures < 4 ? FailAfter(() => failures++) : Task.CompletedTask;
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, _sender, _clock, OneAtATime);

        await GoOnUntil("the job to be finished", () => worker.Counted("sent") == 1);

        Assert.Equal((4, 0, 0), (failures, worker.Counted("lost_leases"), _jobs.Active));
        Assert.Single(_sender.Started);
        Assert.Empty(_jobs.Calls("Delay", "GiveUp", "HandBack"));
    }

    [Fact]
    public async Task Counts_a_job_neither_as_sent_nor_as_lost_where_the_answer_was_lost()
    {
        var answers = 0;
        _jobs.Before = called => called == "Finish" && answers++ == 0 ? LoseTheAnswer() : Task.CompletedTask;
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, _sender, _clock, OneAtATime);

        const string Unknown = "Information: Notification 42-2: the queue was told how attempt 1 ended by a call that it did not answer, or the lease was lost";
        await GoOnUntil("the second answer", () => worker.Log.All.Contains(Unknown));
        await worker.Stop();

        Assert.Equal((0, 0, 0), (worker.Counted("sent"), worker.Counted("lost_leases"), _jobs.Active));
        Assert.Equal(["Finish", "Finish"], _jobs.Calls("Finish", "Delay", "GiveUp", "HandBack").Select(call => call.Method));
        Assert.Single(_sender.Started);
        Assert.DoesNotContain(worker.Log.All, line => line.Contains("lost its lease", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leaves_a_job_to_its_lease_when_the_queue_stays_away_for_as_long()
    {
        var triedAt = new List<DateTimeOffset>();
        _jobs.Before = called => called == "Finish" ? FailAfter(() => triedAt.Add(_clock.GetUtcNow())) : Task.CompletedTask;
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, _sender, _clock, OneAtATime, ("Notifications:Worker:Lease", "00:00:21"));

        await GoOnUntil("the end of the lease", () => LeftToItsLease(worker).Length == 1);

        Assert.Equal(["Warning: Notification 42-2: the queue was not told how attempt 1 ended, and the job is left to its lease: connection refused"], LeftToItsLease(worker));
        Assert.InRange(triedAt[^1] - TestJobs.Now, TimeSpan.FromSeconds(21) - LongestPause, TimeSpan.FromSeconds(21));
        Assert.InRange(triedAt.Count, 10, 20);
        Assert.Equal((0, 0, 1), (worker.Counted("sent"), worker.Counted("lost_leases"), _jobs.Active));
        Assert.Single(_sender.Started);
    }

    private static string[] LeftToItsLease(WorkerHost worker) =>
        [.. worker.Log.All.Where(line => line.Contains("left to its lease", StringComparison.Ordinal))];

    private static Task FailAfter(Action action)
    {
        action();
        throw new IOException("connection refused");
    }

    /// <summary>The queue does what it was asked, and goes away before it has answered.</summary>
    private async Task LoseTheAnswer()
    {
        var call = _jobs.Calls("Claim").Last(claim => claim.Jobs!.Count > 0);
        await _jobs.Complete(call.Worker, call.Jobs!.Single(), _clock.GetUtcNow());
        throw new IOException("connection reset");
    }

    private Task GoOnUntil(string awaited, Func<bool> condition) => _clock.AdvanceUntil(awaited, condition, () => true, LongestPause);
}
