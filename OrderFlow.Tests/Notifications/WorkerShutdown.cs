using OrderFlow.Silo.Notifications.Worker;

namespace OrderFlow.Tests.Notifications;

public sealed class WorkerShutdown
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly InMemoryQueue _jobs = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Finishes_running_jobs_and_claims_no_more()
    {
        var sender = new FakeSender(_ => _gate.Task);
        _jobs.Add(TestJobs.Jobs(5));
        await using var worker = await WorkerHost.Start(_jobs, sender, time: null, ("Notifications:Worker:Concurrency", "2"));
        await WorkerHost.Until("two to begin", () => sender.Started.Count == 2);

        var stopping = worker.Stop();
        Assert.False(worker.WorkerTask.IsCompleted);
        _gate.SetResult();
        await stopping;

        Assert.Equal(["1-2", "2-2"], _jobs.Calls("Complete").Select(call => call.Jobs!.Single().Job.JobId).Order());
        Assert.Equal((3, 0, 2), (_jobs.Waiting, _jobs.Active, sender.Started.Count));
        Assert.Empty(worker.Log.All);
    }

    [Fact]
    public async Task Releases_claimed_jobs_that_were_not_begun()
    {
        var sender = new FakeSender(_ => Task.CompletedTask);
        var claiming = new TaskCompletionSource();
        _jobs.Before = called =>
        {
            if (called != "Claim") return Task.CompletedTask;
            claiming.TrySetResult();
            return _gate.Task;
        };
        _jobs.Add(TestJobs.Jobs(3));
        await using var worker = await WorkerHost.Start(_jobs, sender);
        await claiming.Task.WaitAsync(Timeout);

        var stopping = worker.Stop();
        _gate.SetResult();
        await stopping;

        Assert.Equal(["1-2", "2-2", "3-2"], _jobs.Calls("Release").Select(call => call.Jobs!.Single().Job.JobId).Order());
        Assert.Equal((3, 0, 0), (_jobs.Waiting, _jobs.Active, sender.Started.Count));
        Assert.Empty(_jobs.Calls("Complete", "Retry", "DeadLetter"));
    }

    [Fact]
    public async Task Is_bounded_by_the_stop_timeout()
    {
        var clock = new SteppedClock();
        var sender = new FakeSender(_ => _gate.Task);
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, sender, clock);
        await WorkerHost.Until("sending to begin", () => sender.Started.Count == 1);

        var stopping = worker.Stop();
        await clock.WaitForTimer(NotificationWorker.StopTimeout);
        clock.Advance(NotificationWorker.StopTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(worker.WorkerTask.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await stopping;

        Assert.Equal(
            "Warning: Stopped while 1 notifications were being sent; another worker reclaims them when their leases end",
            worker.Log.All[^1]);
        _gate.SetResult();
    }

    [Fact]
    public async Task Is_immediate_when_the_worker_is_disabled()
    {
        _jobs.Add(TestJobs.Job());
        await using var worker = await WorkerHost.Start(_jobs, sender: null, time: null, ("Notifications:Worker:Enabled", "false"), ("Notifications:Sender", "smtp"));

        await worker.WorkerTask.WaitAsync(Timeout);

        Assert.Empty(_jobs.Calls());
        Assert.Equal(1, _jobs.Waiting);
    }
}
