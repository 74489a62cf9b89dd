namespace OrderFlow.Tests.Notifications;

public sealed class LostLeases
{
    private readonly InMemoryQueue _jobs = new() { LosesLeases = true };

    [Fact]
    public async Task Are_logged_and_counted_without_any_other_effect()
    {
        var sender = new FakeSender(_ => Task.CompletedTask);
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, sender);

        await WorkerHost.Until("the lost lease", () => worker.Counted("lost_leases") == 1);
        await worker.Stop();

        Assert.Equal(["Complete"], _jobs.Calls("Complete", "Retry", "DeadLetter", "Release").Select(call => call.Method));
        Assert.Single(sender.Started);
        Assert.Equal((0, 1, 0, 0), (worker.Counted("sent"), worker.Counted("lost_leases"), worker.Counted("failed_attempts"), worker.Counted("dead_lettered")));
        Assert.Equal(["Warning: Attempt 1 to send notification 42-2 lost its lease to another worker"], worker.Log.All);
    }

    [Theory]
    [InlineData("1", "DeadLetter")]
    [InlineData("2", "Retry")]
    public async Task Leave_a_failed_attempt_to_the_new_holder(string maxAttempts, string method)
    {
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(
            _jobs, new FakeSender(_ => throw new IOException("busy")), time: null, ("Notifications:Worker:MaxAttempts", maxAttempts));

        await WorkerHost.Until("the lost lease", () => worker.Counted("lost_leases") == 1);
        await worker.Stop();

        Assert.Equal([method], _jobs.Calls("Complete", "Retry", "DeadLetter", "Release").Select(call => call.Method));
        Assert.Equal((1, 0), (worker.Counted("failed_attempts"), worker.Counted("dead_lettered")));
        Assert.Equal(["Warning: Attempt 1 to send notification 42-2 lost its lease to another worker"], worker.Log.All);
    }
}
