using Microsoft.Extensions.Options;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>
/// Claims jobs from the queue and executes them, a bounded number at a time. It claims only as many as it has free slots,
/// so that no job waits in its memory while the lease runs.
/// </summary>
internal sealed partial class NotificationWorker(
    INotificationJobs jobs, INotificationSender sender, SenderAvailability availability, JobExecutor executor, WorkerName worker, QueueAvailability queue, NotificationMetrics metrics,
    TimeProvider time, IOptions<WorkerOptions> options, ILogger<NotificationWorker> log) : BackgroundService
{
    /// <summary>How long a worker that stops waits for its running jobs; well within <see cref="Shutdown.Timeout"/>.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(25);

    /// <summary>How often the worker reclaims jobs of dead workers; a quarter of the lease where that is less.</summary>
    private static readonly TimeSpan MaxReclaimInterval = TimeSpan.FromSeconds(1);

    private readonly WorkerOptions _options = options.Value;
    private readonly WorkerSlots _slots = new(Math.Min(options.Value.Concurrency, sender.MaxConcurrency), time);
    private readonly ExponentialBackoff _idleBackoff = new(options.Value.MinPollInterval, options.Value.MaxPollInterval);
    private long? _reclaimedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_options.Enabled) return;

        metrics.StartAtZero();
        try
        {
            await RunLoop(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Drain();
        }
    }

    private async Task RunLoop(CancellationToken stopping)
    {
        var emptyPolls = 0;
        var failures = 0;
        while (true)
        {
            var free = await _slots.WaitForFree(stopping);
            if (availability.IsRefusing) free = await WaitForProbe(stopping);
            TimeSpan delay;
            try
            {
                var started = await StartJobs(free, stopping);
                queue.ReportSuccess();
                failures = 0;
                emptyPolls = started == 0 ? emptyPolls + 1 : 0;
                delay = DelayAfter(started, free, emptyPolls);
            }
            catch (Exception error)
            {
                delay = queue.ReportFailure(error, ++failures);
            }

            if (delay > TimeSpan.Zero) await Task.Delay(delay, time, stopping);
        }
    }

    /// <summary>Waits until the last job has ended and the pause after it is over. Returns how many jobs may try then.</summary>
    private async Task<int> WaitForProbe(CancellationToken stopping)
    {
        await _slots.WhenAllFree().WaitAsync(stopping);
        if (!availability.IsRefusing) return await _slots.WaitForFree(stopping);

        await Task.Delay(availability.Pause, time, stopping);
        return 1;
    }

    /// <summary>No delay while the queue fills all free slots, a short one while it fills some, a growing one while it is empty.</summary>
    private TimeSpan DelayAfter(int started, int free, int emptyPolls) =>
        started == free ? TimeSpan.Zero : started > 0 ? WorkerSlots.Linger : _idleBackoff.DelayAfter(emptyPolls);

    private async Task<int> StartJobs(int free, CancellationToken stopping)
    {
        var reclaimed = IsReclaimDue() ? await Start(() => jobs.Reclaim(worker.Value, free, _options.Lease, time.GetUtcNow()), stopping) : 0;
        if (reclaimed == free) return reclaimed;
        return reclaimed + await Start(() => jobs.Claim(worker.Value, free - reclaimed, time.GetUtcNow()), stopping);
    }

    private bool IsReclaimDue()
    {
        var interval = TimeSpan.FromTicks(Math.Min(MaxReclaimInterval.Ticks, _options.Lease.Ticks / 4));
        if (_reclaimedAt is { } last && time.GetElapsedTime(last) < interval) return false;
        _reclaimedAt = time.GetTimestamp();
        return true;
    }

    private async Task<int> Start(Func<Task<IReadOnlyList<ClaimedJob>>> claim, CancellationToken stopping)
    {
        var claimedAt = time.GetTimestamp();   // before the call: the lease runs from when the queue makes the claim, which may be long before its answer
        var claimed = await claim();
        _slots.Acquire(claimed.Count);
        foreach (var job in claimed) _ = Task.Run(() => Run(job, claimedAt, stopping), CancellationToken.None);
        return claimed.Count;
    }

    private async Task Run(ClaimedJob job, long claimedAt, CancellationToken stopping)
    {
        try
        {
            await (stopping.IsCancellationRequested ? executor.Release(job, claimedAt) : executor.Execute(job, claimedAt));
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task Drain()
    {
        try
        {
            await _slots.WhenAllFree().WaitAsync(StopTimeout, time);
        }
        catch (TimeoutException)
        {
            LogAbandoned(_slots.Busy);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped while {Count} notifications were being sent; another worker reclaims them when their leases end")]
    private partial void LogAbandoned(int count);
}
