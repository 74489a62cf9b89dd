using OrderFlow.Notifications;

namespace OrderFlow.Tests.Notifications;

public sealed class NotificationRetries
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly InMemoryQueue _jobs = new();
    private readonly SteppedClock _clock = new();

    [Fact]
    public async Task Tries_as_often_as_the_settings_say_each_delay_twice_the_one_before()
    {
        var sender = new FakeSender(_ => throw new IOException("no route to host"));
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender, ("Notifications:Worker:MaxAttempts", "5"), ("Notifications:Worker:BaseDelay", "00:00:10"));

        await GoOnUntil("the last attempt", () => _jobs.Calls("GiveUp").Length == 1);

        var delays = _jobs.Calls("Delay");
        Assert.Equal([10, 20, 40, 80], delays.Select(delay => (delay.DueAt!.Value - delay.Now).TotalSeconds));
        Assert.Equal([1, 2, 3, 4], delays.Select(delay => delay.Jobs!.Single().Attempt));
        Assert.All(delays, delay => Assert.Equal("no route to host", delay.Reason));

        var claims = _jobs.Calls("Claim").Where(claim => claim.Jobs!.Count > 0).ToArray();
        Assert.Equal([1, 2, 3, 4, 5], claims.Select(claim => claim.Jobs!.Single().Attempt));
        Assert.Equal(TestJobs.Now, claims[0].Now);
        Assert.All(claims.Skip(1).Zip(delays), pair => Assert.InRange(pair.First.Now - pair.Second.DueAt!.Value, TimeSpan.Zero, LongestPause));

        var givenUp = _jobs.Calls("GiveUp").Single();
        Assert.Equal((5, "no route to host"), (givenUp.Jobs!.Single().Attempt, givenUp.Reason));
        Assert.Equal(5, sender.Started.Count);
        await WorkerHost.Until("the figures", () => worker.Counted("dead_lettered") == 1);
        Assert.Equal((5, 5, 0, 0), (worker.Counted("failed_attempts"), worker.Counted("send.duration"), worker.Counted("sent"), worker.Counted("lost_leases")));
        Assert.Equal("Warning: Notification 42-2 of order 42 is a dead letter after attempt 5: no route to host", worker.Log.All[^1]);
        Assert.Equal("Information: Notification 42-2 of order 42: attempt 1 failed, the next is due in 00:00:10: no route to host", worker.Log.All[0]);
    }

    [Fact]
    public async Task Stops_trying_once_it_was_sent()
    {
        var attempts = 0;
        var sender = new FakeSender(_ => ++attempts < 3 ? throw new IOException("busy") : Task.CompletedTask);
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender);

        await GoOnUntil("the third attempt", () => _jobs.Calls("Finish").Length == 1);

        Assert.Equal(["Delay", "Delay", "Finish"], Settled());
        Assert.Equal(3, sender.Started.Count);
        await WorkerHost.Until("the figures", () => worker.Counted("sent") == 1);
        Assert.Equal((2, 3, 0), (worker.Counted("failed_attempts"), worker.Counted("send.duration"), worker.Counted("dead_lettered")));
    }

    [Fact]
    public async Task Gives_up_at_once_what_can_never_be_delivered()
    {
        var sender = new FakeSender(_ => throw new UndeliverableException("no such mailbox"));
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender);

        await WorkerHost.Until("giving up", () => worker.Counted("dead_lettered") == 1);

        Assert.Equal(["GiveUp"], Settled());
        var givenUp = _jobs.Calls("GiveUp").Single();
        Assert.Equal((1, "no such mailbox"), (givenUp.Jobs!.Single().Attempt, givenUp.Reason));
        Assert.Single(sender.Started);
    }

    [Fact]
    public async Task Keeps_a_bounded_part_of_the_reason_on_one_line()
    {
        var sender = new FakeSender(_ => throw new IOException("first\r\nsecond " + new string('x', 10_000)));
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender);

        await WorkerHost.Until("the first attempt", () => _jobs.Calls("Delay").Length == 1);

        Assert.Equal("first\uFFFD\uFFFDsecond " + new string('x', 485) + "…", _jobs.Calls("Delay").Single().Reason);
    }

    [Fact]
    public async Task Cuts_off_a_sender_that_hangs()
    {
        var sender = new FakeSender((_, token) => Task.Delay(Timeout.InfiniteTimeSpan, token));
        _jobs.Add(TestJobs.Job());
        await using var worker = await Start(sender, ("Notifications:Worker:SendTimeout", "00:00:07"), ("Notifications:Worker:Concurrency", "1"));
        await WorkerHost.Until("sending to begin", () => sender.Started.Count == 1);

        await _clock.WaitForTimer(TimeSpan.FromSeconds(7));
        _clock.Advance(TimeSpan.FromSeconds(7));
        await WorkerHost.Until("the cut", () => _jobs.Calls("Delay").Length == 1);

        var delay = _jobs.Calls("Delay").Single();
        Assert.Equal((TestJobs.Now.AddSeconds(7), "sending took longer than 00:00:07"), (delay.Now, delay.Reason));
    }

    [Fact]
    public async Task Keeps_the_slot_of_a_sender_that_does_not_let_itself_be_cut_off()
    {
        var stuck = new TaskCompletionSource();
        var sender = new FakeSender(job => job.OrderId == 1 ? stuck.Task : Task.CompletedTask);
        _jobs.Add(TestJobs.Jobs(2));
        await using var worker = await Start(sender, ("Notifications:Worker:SendTimeout", "00:00:07"), ("Notifications:Worker:Concurrency", "1"));

        await _clock.WaitForTimer(TimeSpan.FromSeconds(7));
        _clock.Advance(TimeSpan.FromSeconds(7));
        await WorkerHost.Until("the cut", () => _jobs.Calls("Delay").Length == 1);
        Assert.Equal((1, "1-2"), (_jobs.Waiting, Assert.Single(sender.Started)));

        stuck.SetResult();
        await GoOnUntil("the second job", () => sender.Started.Count == 2);
        Assert.Equal(1, sender.MaxConcurrent);
    }

    private IEnumerable<string> Settled() => _jobs.Calls("Finish", "Delay", "GiveUp", "HandBack").Select(call => call.Method);

    private Task GoOnUntil(string awaited, Func<bool> condition) => _clock.AdvanceUntil(awaited, condition, () => _jobs.Active == 0, LongestPause);

    private Task<WorkerHost> Start(FakeSender sender, params (string Name, string Value)[] settings) => WorkerHost.Start(_jobs, sender, _clock, settings);
}
