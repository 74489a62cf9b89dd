namespace OrderFlow.Tests.Notifications;

/// <summary>Claims whose answer is late: a lease of 30 s runs from the claim, and a send may take 20 s of it.</summary>
public sealed class LateClaims
{
    private readonly InMemoryQueue _jobs = new();
    private readonly SteppedClock _clock = new();
    private readonly FakeSender _sender = new(_ => Task.CompletedTask);

    [Fact]
    public async Task Are_released_when_a_send_could_outlast_the_lease()
    {
        await using var worker = await StartWithSlowClaim(TimeSpan.FromSeconds(10));

        await _clock.AdvanceUntil("the job to be sent from the second claim", () => worker.Counted("sent") == 1, () => _jobs.Active == 0, TimeSpan.FromMilliseconds(50));

        Assert.Equal(["Release", "Complete"], Moves());
        Assert.Equal([1, 1], _jobs.Calls("Release", "Complete").Select(call => call.Jobs!.Single().Attempt));
        Assert.Single(_sender.Started);
        Assert.Equal((1, 0, 0), (worker.Counted("send.duration"), worker.Counted("failed_attempts"), worker.Counted("lost_leases")));
        Assert.Equal(["Warning: Released notification 42-2: it was claimed 00:00:10 ago, so its lease would end before a send times out"], worker.Log.All);
    }

    [Fact]
    public async Task Are_sent_when_the_lease_outlasts_the_send_timeout()
    {
        await using var worker = await StartWithSlowClaim(TimeSpan.FromSeconds(10) - TimeSpan.FromMilliseconds(1));

        await WorkerHost.Until("the job to be sent", () => worker.Counted("sent") == 1);

        Assert.Equal(["Complete"], Moves());
    }

    private IEnumerable<string> Moves() => _jobs.Calls("Complete", "Retry", "DeadLetter", "Release").Select(call => call.Method);

    /// <summary>Starts a worker whose first claim takes so long.</summary>
    private Task<WorkerHost> StartWithSlowClaim(TimeSpan duration)
    {
        var claims = 0;
        _jobs.Before = called =>
        {
            if (called == "Claim" && claims++ == 0) _clock.Advance(duration);
            return Task.CompletedTask;
        };
        _jobs.Add(TestJobs.Job());
        return WorkerHost.Start(_jobs, _sender, _clock);
    }
}
