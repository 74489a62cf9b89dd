using Microsoft.Extensions.Logging;

namespace OrderFlow.Recovery;

/// <summary>
/// One of recovery's jobs, with a schedule of its own: each run processes bounded batches until nothing is due or its time is up.
/// Logs once when it fails or falls behind, and once when that is over.
/// </summary>
/// <param name="name">Its name in logs and metrics, such as <c>sweep used keys</c>.</param>
/// <param name="runBatch">Runs one batch.</param>
/// <param name="budget">How long a run starts further batches; it always runs one.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">The metrics.</param>
/// <param name="log">The log.</param>
internal sealed partial class RecoveryJob(
    string name, Func<CancellationToken, Task<Batch>> runBatch, TimeSpan budget, TimeProvider time, RecoveryMetrics metrics, ILogger log)
{
    private string? _failure;
    private bool _isBehind;

    /// <summary>Runs once. Throws only when it is cancelled.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        try
        {
            var isBehind = await RunBatches(cancellationToken);
            if (_failure is not null) LogRecovered(name);
            _failure = null;
            if (!isBehind) metrics.CaughtUp(name);
            LogIfChanged(isBehind);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var failure = $"{error.GetType().Name}: {error.FullMessage()}";
            if (failure != _failure) LogFailed(name, error.GetType().Name, error.FullMessage());
            _failure = failure;
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

    private void LogIfChanged(bool isBehind)
    {
        if (isBehind == _isBehind) return;

        _isBehind = isBehind;
        if (isBehind) LogBehind(name, budget.TotalSeconds);
        else LogCaughtUp(name);
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
