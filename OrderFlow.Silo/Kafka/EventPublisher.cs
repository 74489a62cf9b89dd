using System.Globalization;
using System.Text;
using Confluent.Kafka;
using OrderFlow.Outbox;

namespace OrderFlow.Silo.Kafka;

/// <inheritdoc cref="IEventPublisher"/>
internal sealed class EventPublisher(KafkaProducer producer, EventMetrics counts) : IEventPublisher
{
    /// <summary>More partitions than a topic has; destinations of one topic are numbered from a multiple of it.</summary>
    private const int MaxPartitions = 1_000_000;

    public int? DestinationOf(OutboxEvent told)
    {
        var topic = told.IsOfOrder ? Topics.IndexOfEvent(told.Type) : -1;
        return topic < 0 ? null : (topic * MaxPartitions) + KafkaPartitioner.PartitionOf(KeyOf(told), producer.PartitionsOf(told.Type));
    }

    public void Publish(OutboxEvent told, Action<PublishFailure?> answered)
    {
        var began = EventTraces.Begin(told);
        producer.Send(told.Type, ToMessage(told), failure =>
        {
            if (failure is null) counts.Published(told.Type);
            answered(failure is null ? null : new(failure.Reason, failure.IsOfMessage));
            EventTraces.Sent(told, began, failure);   // last: what is known of Kafka must not hang on what listens to spans
        });
    }

    private static byte[] KeyOf(OutboxEvent told) => Encoding.UTF8.GetBytes(told.OrderId.ToString(CultureInfo.InvariantCulture));

    private static Message<byte[], byte[]> ToMessage(OutboxEvent told) => new()
    {
        Key = KeyOf(told),
        Value = Encoding.UTF8.GetBytes(told.Payload),
        Headers = CloudEventHeaders.Of(told.Id, told.Type, told.OrderId.ToString(CultureInfo.InvariantCulture), told.OccurredAt, told.Trace),
    };
}
