namespace OrderFlow.Tests.Notifications;

public sealed class LostLeases
{
    private readonly InMemoryQueue _jobs = new() { LosesLeases = true };

    [Fact]
    public async Task Is_logged_and_counted_and_nothing_else_happens()
    {
        var sender = new FakeSender(_ => Task.CompletedTask);
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, sender);

        await WorkerHost.Until("the lost lease", () => worker.Counted("lost_leases") == 1);
        await worker.Stop();

        Assert.Equal(["Finish"], _jobs.Calls("Finish", "Delay", "GiveUp", "HandBack").Select(call => call.Method));
        Assert.Single(sender.Started);
        Assert.Equal((0, 1, 0, 0), (worker.Counted("sent"), worker.Counted("lost_leases"), worker.Counted("failed_attempts"), worker.Counted("dead_lettered")));
        Assert.Equal(["Warning: Notification 42-2: attempt 1 lost its lease to another worker"], worker.Log.All);
    }

    [Theory]
    [InlineData("1", "GiveUp")]
    [InlineData("2", "Delay")]
    public async Task Leaves_a_failed_attempt_to_the_worker_that_has_the_job(string maxAttempts, string method)
    {
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(
            _jobs, new FakeSender(_ => throw new IOException("busy")), time: null, ("Notifications:Worker:MaxAttempts", maxAttempts));

        await WorkerHost.Until("the lost lease", () => worker.Counted("lost_leases") == 1);
        await worker.Stop();

        Assert.Equal([method], _jobs.Calls("Finish", "Delay", "GiveUp", "HandBack").Select(call => call.Method));
        Assert.Equal((1, 0), (worker.Counted("failed_attempts"), worker.Counted("dead_lettered")));
        Assert.Equal(["Warning: Notification 42-2: attempt 1 lost its lease to another worker"], worker.Log.All);
    }
}
