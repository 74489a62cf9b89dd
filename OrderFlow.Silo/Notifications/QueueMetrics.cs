using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Notifications.Redis;

namespace OrderFlow.Silo.Notifications;

/// <summary>
/// The state of the queue, as part of the meter <see cref="NotificationMetrics.MeterName"/>. Every silo and every worker polls it:
/// a cheap script that reads counts which Redis keeps.
/// </summary>
internal sealed class QueueMetrics(IMeterFactory meters, INotificationQueue queue, IOptions<RedisOptions> redis, TimeProvider time) : PollingService(time)
{
    private volatile NotificationStats? _stats;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(NotificationMetrics.MeterName);
        meter.CreateObservableGauge("orderflow.notifications.queue.jobs", MeasureJobs, "{job}", "Jobs in the queue, by state: waiting, active, delayed, dead.");
        meter.CreateObservableCounter("orderflow.notifications.dead_letters.purged", () => Measure(_stats?.Purged), "{job}", "Dead letters purged beyond the limit.");
        meter.CreateObservableCounter("orderflow.notifications.history.trimmed", () => Measure(_stats?.Trimmed), "{job}", "Messages trimmed from the history of sent ones.");
        meter.CreateObservableGauge("orderflow.notifications.dead_letters.limit", () => redis.Value.DeadLetterLimit, "{job}", "The most dead letters that are kept.");
        meter.CreateObservableGauge("orderflow.notifications.queue.paused", () => _stats is { Paused: true } ? 1 : 0, description: "1 while the queue is paused.");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task Poll(CancellationToken cancellationToken) => _stats = await queue.GetStats().WaitAsync(cancellationToken);

    /// <summary>Removes the counts: old ones would look like a queue that no worker serves.</summary>
    protected override void OnPollFailed(Exception error) => _stats = null;

    private IEnumerable<Measurement<long>> MeasureJobs() => _stats is not { } stats ? [] :
    [
        Measure("waiting", stats.Waiting),
        Measure("active", stats.Active),
        Measure("delayed", stats.Delayed),
        Measure("dead", stats.DeadLetters),
    ];

    private static IEnumerable<Measurement<long>> Measure(long? count) => count is { } known ? [new(known)] : [];

    private static Measurement<long> Measure(string state, long jobs) => new(jobs, new KeyValuePair<string, object?>("state", state));
}
