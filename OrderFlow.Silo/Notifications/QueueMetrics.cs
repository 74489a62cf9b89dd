using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Notifications.Redis;

namespace OrderFlow.Silo.Notifications;

/// <summary>
/// How many notifications are where in the queue, looked up now and then, as part of the meter <see cref="NotificationMetrics.MeterName"/>. Every process
/// with the queue looks: one script that counts nothing, but reads what Redis has counted.
/// </summary>
internal sealed class QueueMetrics(IMeterFactory meters, INotificationQueue queue, IOptions<RedisOptions> redis, TimeProvider time) : PollingService(time)
{
    private volatile NotificationStats? _stats;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(NotificationMetrics.MeterName);
        meter.CreateObservableGauge("orderflow.notifications.queue.jobs", Depths, "{job}", "Notifications in the queue, by state: waiting, active, delayed, dead.");
        meter.CreateObservableCounter("orderflow.notifications.dead_letters.purged", () => Seen(_stats?.Purged), "{job}", "Dead letters that went because there were too many.");
        meter.CreateObservableCounter("orderflow.notifications.history.trimmed", () => Seen(_stats?.Trimmed), "{job}", "Messages that have left the history of what was sent.");
        meter.CreateObservableGauge("orderflow.notifications.dead_letters.limit", () => redis.Value.DeadLetterLimit, "{job}", "The most dead letters that are kept.");
        meter.CreateObservableGauge("orderflow.notifications.queue.paused", () => _stats is { Paused: true } ? 1 : 0, description: "1 while no worker takes jobs.");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task Poll(CancellationToken cancellationToken) => _stats = await queue.GetStats().WaitAsync(cancellationToken);

    /// <summary>Old depths would look like a queue that nobody works on.</summary>
    protected override void OnPollFailed() => _stats = null;

    private IEnumerable<Measurement<long>> Depths() => _stats is not { } stats ? [] :
    [
        Of("waiting", stats.Waiting),
        Of("active", stats.Active),
        Of("delayed", stats.Delayed),
        Of("dead", stats.DeadLetters),
    ];

    private static IEnumerable<Measurement<long>> Seen(long? count) => count is { } seen ? [new(seen)] : [];

    private static Measurement<long> Of(string state, long jobs) => new(jobs, new KeyValuePair<string, object?>("state", state));
}
