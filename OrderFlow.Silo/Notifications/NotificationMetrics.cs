using System.Diagnostics.Metrics;

namespace OrderFlow.Silo.Notifications;

/// <summary>What the worker of this process sent; <see cref="QueueMetrics"/> has the state of the queue. No tag names an order: that would be a time series each.</summary>
internal sealed class NotificationMetrics : IDisposable
{
    public const string MeterName = "OrderFlow.Notifications";

    /// <summary>From the log sender, which takes no time, to a slow mail server.</summary>
    private static readonly InstrumentAdvice<double> DurationBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private readonly Meter _meter;
    private readonly Histogram<double> _sendDuration;

    public NotificationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        Sent = _meter.CreateCounter<long>("orderflow.notifications.sent", "{job}", "Jobs sent and completed.");
        FailedAttempts = _meter.CreateCounter<long>("orderflow.notifications.failed_attempts", "{attempt}", "Attempts to send that failed.");
        DeadLettered = _meter.CreateCounter<long>("orderflow.notifications.dead_lettered", "{job}", "Jobs dead-lettered after their last attempt.");
        LostLeases = _meter.CreateCounter<long>("orderflow.notifications.lost_leases", "{job}", "Jobs reclaimed by another worker before this one was done.");
        _sendDuration = _meter.CreateHistogram(
            "orderflow.notifications.send.duration", "s", "Duration of an attempt to send, failed ones included.", advice: DurationBuckets);
    }

    public Counter<long> Sent { get; }

    public Counter<long> FailedAttempts { get; }

    public Counter<long> DeadLettered { get; }

    public Counter<long> LostLeases { get; }

    public void RecordSend(TimeSpan duration) => _sendDuration.Record(duration.TotalSeconds);

    /// <summary>Reports all counters as zero: one that appears only with its first job has no rate that an alert could see.</summary>
    public void StartAtZero()
    {
        foreach (var counter in new[] { Sent, FailedAttempts, DeadLettered, LostLeases }) counter.Add(0);
    }

    public void Dispose() => _meter.Dispose();
}
