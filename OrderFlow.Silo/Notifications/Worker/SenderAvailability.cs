using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>
/// Pauses the worker while the sender can send nothing at all, as with a wrong password: every job would use up its attempts. One job at a time tries whether
/// that is over. Degraded meanwhile: the silo stays ready.
/// </summary>
internal sealed partial class SenderAvailability(TimeProvider time, ILogger<SenderAvailability> log) : IHealthCheck
{
    private static readonly ExponentialBackoff Backoff = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5));

    private readonly Lock _lock = new();
    private string? _reason;
    private int _refusals;
    private DateTimeOffset _pausedUntil;

    /// <summary>Whether the last job was refused for a reason that concerns all of them.</summary>
    public bool IsRefusing => Volatile.Read(ref _reason) is not null;

    /// <summary>How long no job is to be claimed.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_lock) return _reason is not null && _pausedUntil - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Notes a refusal. Those of jobs that were sent at once are one.</summary>
    public void ReportRefusal(string reason)
    {
        var (isFirst, delay) = (false, TimeSpan.Zero);
        lock (_lock)
        {
            if (Pause > TimeSpan.Zero) return;

            isFirst = _reason is null;
            _refusals = isFirst ? 1 : _refusals + 1;
            delay = Backoff.DelayAfter(_refusals);
            (_reason, _pausedUntil) = (reason, time.GetUtcNow() + delay);
        }

        if (isFirst) LogPaused(delay, new(reason));
    }

    /// <summary>Notes that a job was sent, or failed for a reason of its own or one that passes.</summary>
    public void ReportOther()
    {
        lock (_lock)
        {
            if (_reason is null) return;
            _reason = null;
        }

        LogResumed();
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Volatile.Read(ref _reason) is { } reason ? HealthCheckResult.Degraded(reason) : HealthCheckResult.Healthy());

    [LoggerMessage(Level = LogLevel.Error, Message = "No notification can be sent; the next attempt is in {Delay}, and no job loses one meanwhile: {Reason}")]
    private partial void LogPaused(TimeSpan delay, LogSafeText reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Notifications are no longer refused as a whole")]
    private partial void LogResumed();
}
