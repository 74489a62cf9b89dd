using Confluent.Kafka;
using OrderFlow.Silo.Kafka.Producer;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>Offsets of a topic when its event is enabled.</summary>
/// <param name="HasCommitted">True where the group has committed an offset of any of its partitions.</param>
/// <param name="Ends">The end of each partition; empty where the topic does not exist.</param>
internal sealed record TopicOffsets(bool HasCommitted, long[] Ends);

/// <summary>Reads <see cref="TopicOffsets"/> from Kafka.</summary>
internal sealed class TopicOffsetReader(KafkaProducer producer, GroupOffsets group)
{
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Reads the offsets of these topics. Blocks.</summary>
    /// <exception cref="KafkaException">Kafka does not answer.</exception>
    public IReadOnlyDictionary<string, TopicOffsets> Read(IReadOnlyCollection<string> topics)
    {
        var existing = producer.GetMetadata(MetadataTimeout).Topics.Where(topic => topics.Contains(topic.Topic)).ToDictionary(topic => topic.Topic);
        return topics.ToDictionary(topic => topic, topic => existing.TryGetValue(topic, out var metadata) ? Read(metadata) : new(false, []));
    }

    private TopicOffsets Read(TopicMetadata topic)
    {
        var offsets = group.Read([.. topic.Partitions.OrderBy(partition => partition.PartitionId).Select(partition => new TopicPartition(topic.Topic, partition.PartitionId))]);
        return new(offsets.Any(each => each.Committed >= 0), [.. offsets.Select(each => each.End)]);
    }
}
