using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>What Kafka knows of a topic when its event is switched on.</summary>
/// <param name="HasCommitted">True where the group has committed an offset of any of its partitions.</param>
/// <param name="Ends">The end of each partition; none where there is no such topic.</param>
internal sealed record TopicOffsets(bool HasCommitted, long[] Ends);

/// <summary>Asks Kafka for <see cref="TopicOffsets"/>.</summary>
internal sealed class SwitchOnOffsets(KafkaProducer producer, GroupOffsets group)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Blocks.</summary>
    /// <exception cref="KafkaException">Kafka does not say.</exception>
    public IReadOnlyDictionary<string, TopicOffsets> Ask(IReadOnlyCollection<string> topics)
    {
        var known = producer.Look(AnswerTimeout).Topics.Where(topic => topics.Contains(topic.Topic)).ToDictionary(topic => topic.Topic);
        return topics.ToDictionary(topic => topic, topic => known.TryGetValue(topic, out var metadata) ? Ask(metadata) : new(false, []));
    }

    private TopicOffsets Ask(TopicMetadata topic)
    {
        var offsets = group.Ask([.. topic.Partitions.OrderBy(partition => partition.PartitionId).Select(partition => new TopicPartition(topic.Topic, partition.PartitionId))]);
        return new(offsets.Any(each => each.Committed >= 0), [.. offsets.Select(each => each.End)]);
    }
}
