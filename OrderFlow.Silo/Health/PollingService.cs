namespace OrderFlow.Silo.Health;

/// <summary>Looks something up now and then, for gauges and health checks: neither may wait for another system.</summary>
internal abstract class PollingService(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Looks once.</summary>
    protected abstract Task Poll(CancellationToken cancellationToken);

    /// <summary>A look failed: what is asked is away, which its own health check says. What was seen last stands, where nothing else is said here.</summary>
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
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                patience.CancelAfter(Patience);
                await Poll(patience.Token);
            }
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
                OnPollFailed();
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

/// <summary>Ages, for gauges.</summary>
internal static class Ages
{
    /// <summary>How long ago that was; zero where it never was, or is still to come by this clock.</summary>
    public static TimeSpan AgeOf(this TimeProvider time, DateTimeOffset? since) => time.GetUtcNow() - since is { } age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
}
