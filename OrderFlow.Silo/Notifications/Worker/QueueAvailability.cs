namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>Logs once when calls to the queue begin to fail and once when they succeed again, and says how long to wait after a failure.</summary>
internal sealed partial class QueueAvailability(ILogger<QueueAvailability> log)
{
    /// <summary>Short at first, so that a restart of the queue delays little; bounded, so that the worker notices soon when a long outage ends.</summary>
    private static readonly ExponentialBackoff Backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), Jitter: 0.2);

    private readonly Outage _outage = new();

    /// <summary>Notes a failed call. Returns how long to wait before the next.</summary>
    /// <param name="error">Why it failed.</param>
    /// <param name="failures">How many calls of this kind have failed in a row, this one included.</param>
    public TimeSpan ReportFailure(Exception error, int failures)
    {
        if (_outage.Begin()) LogUnavailable(new(error.Message));
        return Backoff.DelayAfter(failures);
    }

    /// <summary>Notes a successful call.</summary>
    public void ReportSuccess()
    {
        if (_outage.End()) LogAvailable();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The notification queue does not answer; calls are repeated until it does: {Reason}")]
    private partial void LogUnavailable(LogSafeText reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The notification queue answers again")]
    private partial void LogAvailable();
}
