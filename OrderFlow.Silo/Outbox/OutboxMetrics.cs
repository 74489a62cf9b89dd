using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Outbox;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Silo.Outbox;

/// <summary>Polls how many events wait to be published, for health checks and as part of the meter <see cref="KafkaMetrics.MeterName"/>.</summary>
internal sealed class OutboxMetrics(IMeterFactory meters, OutboxTable outbox, OutboxRelayStatus relay, TimeProvider time) : PollingService(time), IHealthCheck
{
    private volatile OutboxBacklog _backlog = new(0, null);
    private volatile string? _error;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(KafkaMetrics.MeterName);
        meter.CreateObservableGauge("orderflow.outbox.depth", () => _backlog.Rows, "{event}", "Events that wait to be published.");
        meter.CreateObservableGauge("orderflow.outbox.oldest_age", () => Time.AgeOf(_backlog.Oldest).TotalSeconds, "s", "The age of the oldest event that waits to be published.");
        meter.CreateObservableGauge("orderflow.outbox.unacknowledged", () => relay.Unacknowledged, "{event}", "Events that were read and that Kafka has not acknowledged.");
        meter.CreateObservableGauge("orderflow.outbox.rejected", () => relay.Rejected, "{order}", "Orders whose next event Kafka rejects.");
        meter.CreateObservableGauge("orderflow.outbox.unknown", () => relay.Unknown, "{event}", "Rows that this version does not know and leaves in the outbox.");
        return base.StartAsync(cancellationToken);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_error is { } error ? HealthCheckResult.Degraded(error) : HealthCheckResult.Healthy(_backlog.Describe(Time.AgeOf(_backlog.Oldest))));

    protected override async Task Poll(CancellationToken cancellationToken)
    {
        _backlog = await outbox.Measure(cancellationToken);
        _error = null;
    }

    /// <summary>Reported here because the check of the database may pass: a lock on the outbox alone stops all orders.</summary>
    protected override void OnPollFailed(Exception error) => _error ??= $"The outbox cannot be read since {Time.GetUtcNow():u}";
}
