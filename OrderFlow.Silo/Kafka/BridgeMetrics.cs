using System.Diagnostics.Metrics;
using OrderFlow.Outbox;
using OrderFlow.Silo.Outbox;

namespace OrderFlow.Silo.Kafka;

/// <summary>How the bridge stands at the moment, as the meter <c>OrderFlow.Kafka</c>.</summary>
internal sealed class BridgeMetrics(IMeterFactory meters, OutboxDepth outbox, OutboxRelayMetrics relay, KafkaState state, ConsumerLag lag, EventMetrics counts) : IHostedService
{
    public const string MeterName = "OrderFlow.Kafka";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("orderflow.outbox.depth", () => outbox.Rows, "{event}", "Events that wait to be published.");
        meter.CreateObservableGauge("orderflow.outbox.oldest_age", () => outbox.OldestAge.TotalSeconds, "s", "How long the oldest of them has waited.");
        meter.CreateObservableGauge("orderflow.outbox.unacknowledged", () => relay.Held, "{event}", "Events that were read and that Kafka has not acknowledged.");
        meter.CreateObservableGauge("orderflow.outbox.rejected", () => relay.Refused, "{order}", "Orders whose next event Kafka refuses for what it is.");
        meter.CreateObservableGauge("orderflow.outbox.unknown", () => relay.Unknown, "{event}", "Rows that this version does not know, and leaves alone.");
        meter.CreateObservableGauge("orderflow.kafka.failing_partitions", () => state.FailingPartitions, "{partition}", "Kafka partitions that take no messages.");
        meter.CreateObservableGauge("orderflow.kafka.up", () => state.IsThere ? 1 : 0, description: "1 while Kafka acknowledges what it is sent.");
        meter.CreateObservableGauge(
            "orderflow.consumer.lag",
            () => lag.ByTopic.Select(topic => new Measurement<long>(topic.Value, new KeyValuePair<string, object?>("topic", topic.Key))),
            "{message}",
            "Messages that the consumer group has not dealt with, by topic.");
        counts.StartAtZero();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
