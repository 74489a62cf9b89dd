using System.Diagnostics.Metrics;
using OrderFlow.Outbox;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Silo.Outbox;

/// <summary>How much of the outbox is not published, as part of the meter <see cref="KafkaMetrics.MeterName"/>.</summary>
internal sealed class OutboxMetrics(IMeterFactory meters, OutboxDepth depth, OutboxRelayStatus relay) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(KafkaMetrics.MeterName);
        meter.CreateObservableGauge("orderflow.outbox.depth", () => depth.Rows, "{event}", "Events that wait to be published.");
        meter.CreateObservableGauge("orderflow.outbox.oldest_age", () => depth.OldestAge.TotalSeconds, "s", "The age of the oldest event that waits to be published.");
        meter.CreateObservableGauge("orderflow.outbox.unacknowledged", () => relay.Unacknowledged, "{event}", "Events that were read and that Kafka has not acknowledged.");
        meter.CreateObservableGauge("orderflow.outbox.rejected", () => relay.Rejected, "{order}", "Orders whose next event Kafka rejects.");
        meter.CreateObservableGauge("orderflow.outbox.unknown", () => relay.Unknown, "{event}", "Rows that this version does not know and leaves in the outbox.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
