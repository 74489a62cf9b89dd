using System.Diagnostics.Metrics;

namespace OrderFlow.Silo.Notifications;

/// <summary>What this process sent, as numbers. Nothing is told apart by order: that would be a time series for each.</summary>
internal sealed class NotificationMetrics : IDisposable
{
    public const string MeterName = "OrderFlow.Notifications";

    /// <summary>From the log, which takes nothing, to a mail server that takes its time.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private readonly Meter _meter;
    private readonly Histogram<double> _sendSeconds;

    public NotificationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        Sent = _meter.CreateCounter<long>("orderflow.notifications.sent", "{job}", "Jobs that were sent and finished.");
        FailedAttempts = _meter.CreateCounter<long>("orderflow.notifications.failed_attempts", "{attempt}", "Attempts to send that failed.");
        DeadLettered = _meter.CreateCounter<long>("orderflow.notifications.dead_lettered", "{job}", "Jobs that were given up.");
        LostLeases = _meter.CreateCounter<long>("orderflow.notifications.lost_leases", "{job}", "Jobs that another worker had taken over before this one was done.");
        _sendSeconds = _meter.CreateHistogram(
            "orderflow.notifications.send.duration", "s", "How long one attempt to send took, failed ones included.", advice: Seconds);
    }

    public Counter<long> Sent { get; }

    public Counter<long> FailedAttempts { get; }

    public Counter<long> DeadLettered { get; }

    public Counter<long> LostLeases { get; }

    public void RecordSend(TimeSpan took) => _sendSeconds.Record(took.TotalSeconds);

    /// <summary>Tells that nothing was counted yet: a counter that appears with its first job has no rate that an alert could see.</summary>
    public void StartAtZero()
    {
        foreach (var counter in new[] { Sent, FailedAttempts, DeadLettered, LostLeases }) counter.Add(0);
    }

    public void Dispose() => _meter.Dispose();
}
