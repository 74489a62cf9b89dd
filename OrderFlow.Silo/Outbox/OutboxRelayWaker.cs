using OrderFlow.Outbox;

namespace OrderFlow.Silo.Outbox;

/// <summary>
/// Wakes the grains that publish the outbox: soon after this silo's commits, and all of them now and then, for rows that a lost silo has left.
/// </summary>
internal sealed partial class OutboxRelayWaker(IGrainFactory grains, OutboxSignal signal, TimeProvider time, ILogger<OutboxRelayWaker> log) : BackgroundService
{
    /// <summary>How long commits gather before a partition is woken: one call for many of them.</summary>
    private static readonly TimeSpan GatheringPause = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan WakeAllEvery = TimeSpan.FromSeconds(2);

    private readonly Task[] _calls = [.. Enumerable.Repeat(Task.CompletedTask, OutboxRow.Partitions)];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(WakeRaised(stoppingToken), RaiseAll(stoppingToken));

    private async Task WakeRaised(CancellationToken stoppingToken)
    {
        while (true)
        {
            foreach (var partition in await signal.Take(stoppingToken))
            {
                // While a silo hangs no calls heap up; the call under way, or the next look at all partitions, does for what is passed over.
                if (_calls[partition].IsCompleted) _calls[partition] = Wake(partition);
            }

            await Task.Delay(GatheringPause, time, stoppingToken);
        }
    }

    private async Task RaiseAll(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WakeAllEvery, time);
        do
        {
            for (short partition = 0; partition < OutboxRow.Partitions; partition++) signal.Raise(partition);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Wake(short partition)
    {
        try
        {
            await grains.GetGrain<IOutboxPartitionGrain>(partition).Wake();
        }
        catch (Exception error)
        {
            LogMissed(partition, error.Message);   // it is woken again with the others
        }
    }

    [LoggerMessage(LogLevel.Debug, "Outbox partition {Partition} did not answer: {Reason}")]
    private partial void LogMissed(short partition, string reason);
}
