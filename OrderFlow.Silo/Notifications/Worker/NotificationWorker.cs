using Microsoft.Extensions.Options;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>
/// Claims jobs from the queue and has them sent, a bounded number at a time, which is no more than the sender can send at once.
/// It claims only what it has free slots for, so that no job waits while its lease runs.
/// </summary>
internal sealed partial class NotificationWorker(
    INotificationJobs jobs, INotificationSender sender, JobExecutor delivery, WorkerName worker, QueueAvailability queue, NotificationMetrics metrics,
    TimeProvider time, IOptions<WorkerOptions> options, ILogger<NotificationWorker> log) : BackgroundService
{
    /// <summary>How long a worker that was asked to stop waits for what it has begun; well within <see cref="Shutdown.Limit"/>.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(25);

    /// <summary>How often jobs of workers that died are looked for, where a quarter of the lease is not less.</summary>
    private static readonly TimeSpan TakeOverInterval = TimeSpan.FromSeconds(1);

    private readonly WorkerOptions _options = options.Value;
    private readonly WorkerSlots _slots = new(Math.Min(options.Value.Concurrency, sender.MaxConcurrency), time);
    private readonly RetrySchedule _idlePauses = new(int.MaxValue, options.Value.MinPollInterval, options.Value.MaxPollInterval, Jitter: 0);
    private long? _tookOverAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_options.Enabled) return;

        metrics.StartAtZero();
        try
        {
            await Work(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await FinishWhatWasBegun();
        }
    }

    private async Task Work(CancellationToken stopping)
    {
        var emptyLooks = 0;
        var failures = 0;
        while (true)
        {
            var free = await _slots.WaitForFree(stopping);
            TimeSpan pause;
            try
            {
                var taken = await TakeJobs(free, stopping);
                queue.Back();
                failures = 0;
                emptyLooks = taken == 0 ? emptyLooks + 1 : 0;
                pause = PauseAfter(taken, free, emptyLooks);
            }
            catch (Exception error)
            {
                pause = queue.Away(error, ++failures);
            }

            if (pause > TimeSpan.Zero) await Task.Delay(pause, time, stopping);
        }
    }

    /// <summary>None while the queue has more than there are slots; a moment while jobs trickle in; longer and longer while it is empty.</summary>
    private TimeSpan PauseAfter(int taken, int free, int emptyLooks)
    {
        if (taken == free) return TimeSpan.Zero;
        if (taken > 0) return WorkerSlots.Linger;
        return _idlePauses.DelayAfter(emptyLooks, random: 0)!.Value;
    }

    private async Task<int> TakeJobs(int free, CancellationToken stopping)
    {
        var abandoned = TakeOverIsDue() ? await Begin(() => jobs.Reclaim(worker.Value, free, _options.Lease, time.GetUtcNow()), stopping) : 0;
        if (abandoned == free) return abandoned;
        return abandoned + await Begin(() => jobs.Claim(worker.Value, free - abandoned, time.GetUtcNow()), stopping);
    }

    private bool TakeOverIsDue()
    {
        var interval = TimeSpan.FromTicks(Math.Min(TakeOverInterval.Ticks, _options.Lease.Ticks / 4));
        if (_tookOverAt is { } last && time.GetElapsedTime(last) < interval) return false;
        _tookOverAt = time.GetTimestamp();
        return true;
    }

    private async Task<int> Begin(Func<Task<IReadOnlyList<ClaimedJob>>> claim, CancellationToken stopping)
    {
        var claimedAt = time.GetTimestamp();   // before the call: the lease runs from when the queue counts it, which may be long before its answer
        var claimed = await claim();
        _slots.Acquire(claimed.Count);
        foreach (var job in claimed) _ = Task.Run(() => Run(job, claimedAt, stopping), CancellationToken.None);
        return claimed.Count;
    }

    private async Task Run(ClaimedJob job, long claimedAt, CancellationToken stopping)
    {
        try
        {
            await (stopping.IsCancellationRequested ? delivery.Release(job, claimedAt) : delivery.Execute(job, claimedAt));
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task FinishWhatWasBegun()
    {
        try
        {
            await _slots.WhenAllFree().WaitAsync(StopTimeout, time);
        }
        catch (TimeoutException)
        {
            LogLeft(_slots.Busy);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped while {Count} notifications were still being sent; their leases run out and another worker takes them over")]
    private partial void LogLeft(int count);
}
