namespace OrderFlow.Api.Cluster;

/// <summary>Logs how many calls into the cluster failed, at most once per <see cref="Interval"/>: one line per call would fill the disk in an outage.</summary>
internal sealed partial class CallFailureLog(TimeProvider time, ILogger<ClusterClient> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private int _count;
    private long _nextAt = time.GetTimestamp();

    /// <summary>Counts a failed call.</summary>
    public void Add(Exception error)
    {
        Interlocked.Increment(ref _count);
        var now = time.GetTimestamp();
        var due = Interlocked.Read(ref _nextAt);
        if (now < due || Interlocked.CompareExchange(ref _nextAt, now + (long)(Interval.TotalSeconds * time.TimestampFrequency), due) != due) return;

        LogFailed(Interlocked.Exchange(ref _count, 0), error.GetType().Name, error.Message);
    }

    [LoggerMessage(LogLevel.Warning, "{Count} calls into the cluster failed since the last such line, the latest with {Error}: {Reason}")]
    private partial void LogFailed(int count, string error, string reason);
}
