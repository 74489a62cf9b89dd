using System.Globalization;
using System.Text;
using Confluent.Kafka;
using OrderFlow.Outbox;

namespace OrderFlow.Silo.Kafka.Producer;

/// <inheritdoc cref="IEventPublisher"/>
internal sealed class EventPublisher(KafkaProducer producer, EventMetrics metrics) : IEventPublisher
{
    /// <summary>More partitions than a topic has: each topic's partitions are numbered from a multiple of it.</summary>
    private const int MaxPartitions = 1_000_000;

    public int? KafkaPartitionOf(OutboxEvent outboxEvent)
    {
        var topic = outboxEvent.IsOfOrder ? Topics.IndexOfEvent(outboxEvent.Type) : -1;
        return topic < 0 ? null : (topic * MaxPartitions) + KafkaPartitioner.PartitionOf(KeyOf(outboxEvent), producer.PartitionsOf(outboxEvent.Type));
    }

    public void Publish(OutboxEvent outboxEvent, Action<PublishFailure?> report)
    {
        var startTime = EventTraces.StartTime(outboxEvent.Trace);
        producer.Send(outboxEvent.Type, ToMessage(outboxEvent), failure =>
        {
            if (failure is null) metrics.Published(outboxEvent.Type);
            report(failure is null ? null : new(failure.Reason, failure.IsRejection));
            EventTraces.RecordSend(outboxEvent.Type, outboxEvent.Id, outboxEvent.Trace, startTime, failure);   // last: a slow span listener must not delay the report
        });
    }

    private static byte[] KeyOf(OutboxEvent outboxEvent) => Encoding.UTF8.GetBytes(outboxEvent.OrderId.ToString(CultureInfo.InvariantCulture));

    private static Message<byte[], byte[]> ToMessage(OutboxEvent outboxEvent) => new()
    {
        Key = KeyOf(outboxEvent),
        Value = Encoding.UTF8.GetBytes(outboxEvent.Payload),
        Headers = CloudEventHeaders.Of(
            CloudEventHeaders.OrderSource, outboxEvent.Id, outboxEvent.Type, outboxEvent.OrderId.ToString(CultureInfo.InvariantCulture), outboxEvent.OccurredAt, outboxEvent.Trace),
    };
}
