using System.Diagnostics.Metrics;
using OrderFlow.Silo.Kafka.Consumer;

namespace OrderFlow.Silo.Kafka;

/// <summary>The availability of Kafka and the lag of the consumer group, as the meter <c>OrderFlow.Kafka</c>.</summary>
internal sealed class KafkaMetrics(IMeterFactory meters, KafkaAvailability kafka, ConsumerLag lag, EventMetrics events) : IHostedService
{
    public const string MeterName = "OrderFlow.Kafka";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("orderflow.kafka.failing_partitions", () => kafka.FailingPartitions, "{partition}", "Kafka partitions that take no messages.");
        meter.CreateObservableGauge("orderflow.kafka.up", () => kafka.IsAvailable ? 1 : 0, description: "1 while Kafka acknowledges messages.");
        meter.CreateObservableGauge(
            "orderflow.consumer.lag",
            () => lag.ByTopic.Select(topic => new Measurement<long>(topic.Value, new KeyValuePair<string, object?>("topic", topic.Key))),
            "{message}",
            "Messages that the consumer group has not committed, by topic.");
        events.StartAtZero();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
