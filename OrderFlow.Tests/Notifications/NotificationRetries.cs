using OrderFlow.Notifications;

namespace OrderFlow.Tests.Notifications;

public sealed class NotificationRetries
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(50);

    private readonly InMemoryQueue _jobs = new();
    private readonly SteppedClock _clock = new();

    [Fact]
    public async Task Happen_up_to_the_configured_number_of_attempts_with_doubling_delays()
    {
        var sender = new FakeSender(_ => throw new IOException("no route to host"));
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender, ("Notifications:Worker:MaxAttempts", "5"), ("Notifications:Worker:BaseDelay", "00:00:10"));

        await AdvanceUntil("the last attempt", () => _jobs.Calls("DeadLetter").Length == 1);

        var retries = _jobs.Calls("Retry");
        Assert.Equal([10, 20, 40, 80], retries.Select(retry => (retry.DueAt!.Value - retry.Now).TotalSeconds));
        Assert.Equal([1, 2, 3, 4], retries.Select(retry => retry.Jobs!.Single().Attempt));
        Assert.All(retries, retry => Assert.Equal("no route to host", retry.Reason));

        var claims = _jobs.Calls("Claim").Where(claim => claim.Jobs!.Count > 0).ToArray();
        Assert.Equal([1, 2, 3, 4, 5], claims.Select(claim => claim.Jobs!.Single().Attempt));
        Assert.Equal(TestJobs.Now, claims[0].Now);
        Assert.All(claims.Skip(1).Zip(retries), pair => Assert.InRange(pair.First.Now - pair.Second.DueAt!.Value, TimeSpan.Zero, MaxPause));

        var deadLetter = _jobs.Calls("DeadLetter").Single();
        Assert.Equal((5, "no route to host"), (deadLetter.Jobs!.Single().Attempt, deadLetter.Reason));
        Assert.Equal(5, sender.Started.Count);
        await WorkerHost.Until("the counters", () => worker.Counted("dead_lettered") == 1);
        Assert.Equal((5, 5, 0, 0), (worker.Counted("failed_attempts"), worker.Counted("send.duration"), worker.Counted("sent"), worker.Counted("lost_leases")));
        Assert.Equal("Warning: Notification 42-2 of order 42 was dead-lettered after attempt 5: no route to host", worker.Log.All[^1]);
        Assert.Equal("Information: Attempt 1 to send notification 42-2 of order 42 failed; the next is due in 00:00:10: no route to host", worker.Log.All[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Happen_exactly_as_often_as_configured(int maxAttempts)
    {
        var sender = new FakeSender(_ => throw new IOException("busy"));
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(
            sender, ("Notifications:Worker:MaxAttempts", $"{maxAttempts}"), ("Notifications:Worker:BaseDelay", "00:00:00.010"), ("Notifications:Worker:MaxDelay", "00:00:00.010"));

        await AdvanceUntil("the last attempt", () => _jobs.Calls("DeadLetter").Length == 1);

        Assert.Equal((maxAttempts, maxAttempts - 1), (sender.Started.Count, _jobs.Calls("Retry").Length));
    }

    [Fact]
    public async Task End_once_the_notification_was_sent()
    {
        var attempts = 0;
        var sender = new FakeSender(_ => ++attempts < 3 ? throw new IOException("busy") : Task.CompletedTask);
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender);

        await AdvanceUntil("the third attempt", () => _jobs.Calls("Complete").Length == 1);

        Assert.Equal(["Retry", "Retry", "Complete"], Moves());
        Assert.Equal(3, sender.Started.Count);
        await WorkerHost.Until("the counters", () => worker.Counted("sent") == 1);
        Assert.Equal((2, 3, 0), (worker.Counted("failed_attempts"), worker.Counted("send.duration"), worker.Counted("dead_lettered")));
    }

    [Fact]
    public async Task Do_not_happen_for_an_undeliverable_notification()
    {
        var sender = new FakeSender(_ => throw new UndeliverableException("no such mailbox"));
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender);

        await WorkerHost.Until("the dead letter", () => worker.Counted("dead_lettered") == 1);

        Assert.Equal(["DeadLetter"], Moves());
        var deadLetter = _jobs.Calls("DeadLetter").Single();
        Assert.Equal((1, "no such mailbox"), (deadLetter.Jobs!.Single().Attempt, deadLetter.Reason));
        Assert.Single(sender.Started);
    }

    [Fact]
    public async Task Keep_a_bounded_part_of_the_reason_on_one_line()
    {
        var sender = new FakeSender(_ => throw new IOException("first\r\nsecond " + new string('x', 10_000)));
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender);

        await WorkerHost.Until("the first attempt", () => _jobs.Calls("Retry").Length == 1);

        Assert.Equal("first\uFFFD\uFFFDsecond " + new string('x', 485) + "…", _jobs.Calls("Retry").Single().Reason);
    }

    [Fact]
    public async Task Follow_a_send_that_times_out()
    {
        var sender = new FakeSender((_, token) => Task.Delay(Timeout.InfiniteTimeSpan, token));
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender, ("Notifications:Worker:SendTimeout", "00:00:07"), ("Notifications:Worker:Concurrency", "1"));
        await WorkerHost.Until("sending to begin", () => sender.Started.Count == 1);

        await _clock.WaitForTimer(TimeSpan.FromSeconds(7));
        _clock.Advance(TimeSpan.FromSeconds(7));
        await WorkerHost.Until("the time-out", () => _jobs.Calls("Retry").Length == 1);

        var retry = _jobs.Calls("Retry").Single();
        Assert.Equal((TestJobs.Now.AddSeconds(7), "sending took longer than 00:00:07"), (retry.Now, retry.Reason));
    }

    [Fact]
    public async Task Leave_the_slot_to_a_sender_that_ignores_its_timeout()
    {
        var stuck = new TaskCompletionSource();
        var sender = new FakeSender(job => job.OrderId == 1 ? stuck.Task : Task.CompletedTask);
        _jobs.Add(TestJobs.Jobs(2));
        await using var worker = await Start(sender, ("Notifications:Worker:SendTimeout", "00:00:07"), ("Notifications:Worker:Concurrency", "1"));

        await _clock.WaitForTimer(TimeSpan.FromSeconds(7));
        _clock.Advance(TimeSpan.FromSeconds(7));
        await WorkerHost.Until("the time-out", () => _jobs.Calls("Retry").Length == 1);
        Assert.Equal((1, "1-2"), (_jobs.Waiting, Assert.Single(sender.Started)));

        stuck.SetResult();
        await AdvanceUntil("the second job", () => sender.Started.Count == 2);
        Assert.Equal(1, sender.MaxConcurrent);
    }

    private IEnumerable<string> Moves() => _jobs.Calls("Complete", "Retry", "DeadLetter", "Release").Select(call => call.Method);

    private Task AdvanceUntil(string awaited, Func<bool> condition) => _clock.AdvanceUntil(awaited, condition, () => _jobs.Active == 0, MaxPause);

    private Task<WorkerHost> Start(FakeSender sender, params (string Name, string Value)[] settings) => WorkerHost.Start(_jobs, sender, _clock, settings);
}
