namespace OrderFlow.Silo.Outbox;

/// <summary>
/// Wakes the grains that publish the outbox: shortly after this silo's commits, and all of them regularly, for the rows of a lost silo.
/// </summary>
/// <param name="signal">Raised by the commits.</param>
/// <param name="wake">Wakes the grain of a partition.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed partial class OutboxRelayWaker(OutboxSignal signal, Func<short, Task> wake, TimeProvider time, ILogger<OutboxRelayWaker> log) : BackgroundService
{
    /// <summary>How long commits gather before a partition is woken, so that many share one call.</summary>
    private static readonly TimeSpan BatchDelay = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan WakeAllInterval = TimeSpan.FromSeconds(2);

    private readonly Dictionary<short, Task> _calls = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(WakeRaised(stoppingToken), RaiseAll(stoppingToken));

    private async Task WakeRaised(CancellationToken stoppingToken)
    {
        while (true)
        {
            foreach (var partition in await signal.Take(stoppingToken))
            {
                // One call at a time, so that none pile up while a silo hangs. A skipped wake is made up for by the call in progress or by RaiseAll.
                if (_calls.GetValueOrDefault(partition) is not { IsCompleted: false }) _calls[partition] = Wake(partition);
            }

            await Task.Delay(BatchDelay, time, stoppingToken);
        }
    }

    private async Task RaiseAll(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WakeAllInterval, time);
        do
        {
            signal.RaiseAll();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Wake(short partition)
    {
        try
        {
            await wake(partition);
        }
        catch (Exception error)
        {
            LogNotWoken(partition, error.Message);   // RaiseAll repeats it
        }
    }

    [LoggerMessage(LogLevel.Debug, "Outbox partition {Partition} could not be woken and will be again: {Reason}")]
    private partial void LogNotWoken(short partition, string reason);
}
