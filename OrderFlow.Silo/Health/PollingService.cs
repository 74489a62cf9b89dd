namespace OrderFlow.Silo.Health;

/// <summary>Polls another system regularly, for gauges and health checks that must not wait for it themselves. A failed poll does not end the next ones.</summary>
/// <param name="time">The clock.</param>
/// <param name="interval">The time between two polls; <see cref="DefaultInterval"/> where null.</param>
/// <param name="timeout">The most time that a poll takes; <see cref="DefaultTimeout"/> where null.</param>
internal abstract class PollingService(TimeProvider time, TimeSpan? interval = null, TimeSpan? timeout = null) : BackgroundService
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(4);

    protected TimeProvider Time => time;

    /// <summary>Polls once.</summary>
    protected abstract Task Poll(CancellationToken cancellationToken);

    /// <summary>Called when a poll failed; by default the last values stay. The system's own health check reports the outage.</summary>
    protected virtual void OnPollFailed(Exception error)
    {
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval ?? DefaultInterval, time);
        do
        {
            try
            {
                using var poll = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                poll.CancelAfter(timeout ?? DefaultTimeout);
                await Poll(poll.Token);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                OnPollFailed(error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

/// <summary>Ages for gauges.</summary>
internal static class Ages
{
    /// <summary>The time since then; zero where it is null or, by this clock, in the future.</summary>
    public static TimeSpan AgeOf(this TimeProvider time, DateTimeOffset? since) => time.GetUtcNow() - since is { } age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
}
