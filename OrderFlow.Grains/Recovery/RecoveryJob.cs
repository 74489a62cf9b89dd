using Microsoft.Extensions.Logging;

namespace OrderFlow.Recovery;

/// <summary>
/// Runs one of recovery's jobs: bounded batches until nothing is due or the time is up.
/// Logs once when the job fails or falls behind, and once when that is over.
/// </summary>
/// <param name="name">The job's name in logs and metrics, such as <c>sweep used keys</c>.</param>
/// <param name="runBatch">Runs one batch.</param>
/// <param name="budget">How long a run may start further batches after its first one.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">The metrics.</param>
/// <param name="log">The log.</param>
internal sealed partial class RecoveryJob(
    string name, Func<CancellationToken, Task<Batch>> runBatch, TimeSpan budget, TimeProvider time, RecoveryMetrics metrics, ILogger log)
{
    private readonly Outage _failure = new();
    private readonly Outage _backlog = new();

    /// <summary>Runs once. Throws only when it is cancelled.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        try
        {
            var isBehind = await RunBatches(cancellationToken);
            if (_failure.End()) LogRecovered(name);
            if (isBehind && _backlog.Begin()) LogBehind(name, budget.TotalSeconds);
            if (isBehind) return;

            metrics.CaughtUp(name);
            if (_backlog.End()) LogCaughtUp(name);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (_failure.Begin($"{error.GetType().Name}: {error.FullMessage()}")) LogFailed(name, error.GetType().Name, error.FullMessage());
        }
    }

    /// <returns>True where rows that are due were left.</returns>
    private async Task<bool> RunBatches(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var batch = await runBatch(cancellationToken);
            metrics.Processed(name, batch.Rows);
            if (!batch.IsFull) return false;
            if (time.GetElapsedTime(started) >= budget) return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovery could not {Job}; it will retry. {Error}: {Reason}")]
    private partial void LogFailed(string job, string error, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Recovery can {Job} again")]
    private partial void LogRecovered(string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovery is behind: {Seconds} s are not enough to {Job}; the rest waits for the next run")]
    private partial void LogBehind(string job, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Recovery has caught up: it can {Job} in time again")]
    private partial void LogCaughtUp(string job);
}
