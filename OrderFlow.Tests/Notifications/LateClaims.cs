namespace OrderFlow.Tests.Notifications;

/// <summary>The lease of 30 s runs from when the queue counts the claim; a send may take 20 s of it.</summary>
public sealed class LateClaims
{
    private readonly InMemoryQueue _jobs = new();
    private readonly SteppedClock _clock = new();
    private readonly FakeSender _sender = new(_ => Task.CompletedTask);

    [Fact]
    public async Task Hands_back_what_could_not_be_sent_within_the_lease()
    {
        await using var worker = await StartWithSlowClaim(TimeSpan.FromSeconds(10));

        await _clock.AdvanceUntil("the job to be sent from the second claim", () => worker.Counted("sent") == 1, () => _jobs.Active == 0, TimeSpan.FromMilliseconds(50));

        Assert.Equal(["HandBack", "Finish"], Settled());
        Assert.Equal([1, 1], _jobs.Calls("HandBack", "Finish").Select(call => call.Jobs!.Single().Attempt));
        Assert.Single(_sender.Started);
        Assert.Equal((1, 0, 0), (worker.Counted("send.duration"), worker.Counted("failed_attempts"), worker.Counted("lost_leases")));
        Assert.Equal(["Warning: Notification 42-2 is handed back: it was claimed 00:00:10 ago, and its lease is too short for a send"], worker.Log.All);
    }

    [Fact]
    public async Task Sends_what_can_still_be_sent_within_the_lease()
    {
        await using var worker = await StartWithSlowClaim(TimeSpan.FromSeconds(10) - TimeSpan.FromMilliseconds(1));

        await WorkerHost.Until("the job to be sent", () => worker.Counted("sent") == 1);

        Assert.Equal(["Finish"], Settled());
    }

    private IEnumerable<string> Settled() => _jobs.Calls("Finish", "Delay", "GiveUp", "HandBack").Select(call => call.Method);

    /// <summary>A worker whose first claim is answered so long after it was begun.</summary>
    private Task<WorkerHost> StartWithSlowClaim(TimeSpan time)
    {
        var claims = 0;
        _jobs.Before = called =>
        {
            if (called == "Claim" && claims++ == 0) _clock.Advance(time);
            return Task.CompletedTask;
        };
        _jobs.Add(TestJobs.Job());
        return WorkerHost.Start(_jobs, _sender, _clock);
    }
}
