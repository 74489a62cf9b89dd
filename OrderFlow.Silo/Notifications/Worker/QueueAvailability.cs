using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>Whether the queue answers: one line in the log when it no longer does, and one when it does again.</summary>
internal sealed partial class QueueAvailability(ILogger<QueueAvailability> log)
{
    /// <summary>How long to wait after so many failed calls in a row: from a moment, so that a restart is hardly felt, up to what a queue that is away for long can bear.</summary>
    private static readonly RetrySchedule Pauses = new(int.MaxValue, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), Jitter: 0.2);

    private int _away;

    /// <summary>A call failed. How long to wait before the next.</summary>
    /// <param name="error">Why.</param>
    /// <param name="failures">How many calls of this kind failed in a row, this one included.</param>
    public TimeSpan Away(Exception error, int failures)
    {
        if (Interlocked.Exchange(ref _away, 1) == 0) LogAway(new(error.Message));
        return Pauses.DelayAfter(failures, Random.Shared.NextDouble())!.Value;
    }

    /// <summary>A call succeeded.</summary>
    public void Back()
    {
        if (Volatile.Read(ref _away) == 1 && Interlocked.Exchange(ref _away, 0) == 1) LogBack();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue of notifications does not answer and is asked again: {Reason}")]
    private partial void LogAway(LogSafeText reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The queue of notifications answers again")]
    private partial void LogBack();
}
