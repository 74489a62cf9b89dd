namespace OrderFlow.Silo.Health;

/// <summary>Polls another system for gauges and health checks, which must not wait for it themselves.</summary>
internal abstract class PollingService(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(4);

    /// <summary>Polls once.</summary>
    protected abstract Task Poll(CancellationToken cancellationToken);

    /// <summary>Called when a poll failed; by default the last values stay. The system's own health check reports the outage.</summary>
    protected virtual void OnPollFailed()
    {
    }

    /// <inheritdoc cref="Ages.AgeOf"/>
    protected TimeSpan AgeOf(DateTimeOffset? since) => time.AgeOf(since);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                timeout.CancelAfter(PollTimeout);
                await Poll(timeout.Token);
            }
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
                OnPollFailed();
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
