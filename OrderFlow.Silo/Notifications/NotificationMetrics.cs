using System.Diagnostics.Metrics;

namespace OrderFlow.Silo.Notifications;

/// <summary>What the worker of this process sent; <see cref="QueueMetrics"/> has the state of the queue. No tag names an order: that would be a time series each.</summary>
internal sealed class NotificationMetrics(IMeterFactory meters)
{
    public const string MeterName = "OrderFlow.Notifications";

    /// <summary>From the log, which takes no time, to a slow mail server.</summary>
    private static readonly InstrumentAdvice<double> DurationBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private readonly Histogram<double> _sendDuration = meters.Create(MeterName).CreateHistogram(
        "orderflow.notifications.send.duration", "s", "Duration of an attempt to send, failed ones included.", advice: DurationBuckets);

    public Counter<long> Sent { get; } = Counter(meters, "orderflow.notifications.sent", "Jobs sent and completed.");

    public Counter<long> FailedAttempts { get; } = Counter(meters, "orderflow.notifications.failed_attempts", "Attempts to send that failed.", "{attempt}");

    public Counter<long> DeadLettered { get; } = Counter(meters, "orderflow.notifications.dead_lettered", "Jobs dead-lettered after their last attempt.");

    public Counter<long> LostLeases { get; } = Counter(meters, "orderflow.notifications.lost_leases", "Jobs reclaimed by another worker before this one was done.");

    public void RecordSend(TimeSpan duration) => _sendDuration.Record(duration.TotalSeconds);

    /// <summary>Exports zeros: a counter that appears with its first job has no rate for an alert.</summary>
    public void StartAtZero()
    {
        foreach (var counter in new[] { Sent, FailedAttempts, DeadLettered, LostLeases }) counter.Add(0);
    }

    private static Counter<long> Counter(IMeterFactory meters, string name, string description, string unit = "{job}") =>
        meters.Create(MeterName).CreateCounter<long>(name, unit, description);
}
