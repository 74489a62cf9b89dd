using Microsoft.Extensions.Logging;

namespace OrderFlow.Recovery;

/// <summary>
/// One of recovery's jobs, which runs on a schedule and in errors of its own: in bounded batches until nothing is due or its time is used.
/// Says once when it fails, when it does not keep up, and when either is over.
/// </summary>
/// <param name="name">What the log and metrics call it, such as <c>sweep keys</c>.</param>
/// <param name="runBatch">Runs one batch.</param>
/// <param name="budget">How long one run begins further batches; it always runs one.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">Who counts.</param>
/// <param name="log">Who is told.</param>
internal sealed partial class RecoveryJob(
    string name, Func<CancellationToken, Task<Batch>> runBatch, TimeSpan budget, TimeProvider time, RecoveryMetrics metrics, ILogger log)
{
    private string? _failure;
    private bool _isBehind;

    /// <summary>Runs once; never throws but where it was asked to stop.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        try
        {
            var isBehind = await RunBatches(cancellationToken);
            if (_failure is not null) LogRunsAgain(name);
            _failure = null;
            if (!isBehind) metrics.CaughtUp(name);
            Note(isBehind);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var failure = $"{error.GetType().Name}: {error.Message}";
            if (failure != _failure) LogFailed(name, error.GetType().Name, error.Message);
            _failure = failure;
        }
    }

    /// <returns>Whether rows that are due were left.</returns>
    private async Task<bool> RunBatches(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var batch = await runBatch(cancellationToken);
            metrics.Worked(name, batch.Rows);
            if (!batch.IsFull) return false;
            if (time.GetElapsedTime(began) >= budget) return true;
        }
    }

    private void Note(bool isBehind)
    {
        if (isBehind == _isBehind) return;

        _isBehind = isBehind;
        if (isBehind) LogBehind(name, budget.TotalSeconds);
        else LogCaughtUp(name);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovery cannot {Job}; it will try again. {Error}: {Reason}")]
    private partial void LogFailed(string job, string error, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Recovery can {Job} again")]
    private partial void LogRunsAgain(string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovery does not keep up: it could not {Job} in {Seconds} s, and more comes due")]
    private partial void LogBehind(string job, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Recovery keeps up again: it could {Job} in time")]
    private partial void LogCaughtUp(string job);
}
