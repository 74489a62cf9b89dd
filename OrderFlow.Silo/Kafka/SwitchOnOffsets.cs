using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka;

/// <summary>What Kafka knows of a topic when its event is switched on.</summary>
/// <param name="HasCommitted">True where the group has committed an offset of any of its partitions.</param>
/// <param name="Ends">The end of each partition; none where there is no such topic.</param>
internal sealed record TopicOffsets(bool HasCommitted, long[] Ends);

/// <summary>Asks Kafka for <see cref="TopicOffsets"/>, as a consumer that never subscribes: the group has no more members for it.</summary>
internal sealed class SwitchOnOffsets(
    KafkaProducer producer, IOptions<KafkaOptions> options, IOptions<SiloOptions> silo, ILogger<SwitchOnOffsets> log)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    /// <summary>As the protocol has it, in place of a time.</summary>
    private static readonly Timestamp End = new(-1, TimestampType.CreateTime);

    /// <summary>Blocks.</summary>
    /// <exception cref="KafkaException">Kafka does not say.</exception>
    public IReadOnlyDictionary<string, TopicOffsets> Ask(IReadOnlyCollection<string> topics)
    {
        var known = producer.Look(AnswerTimeout).Topics.Where(topic => topics.Contains(topic.Topic)).ToDictionary(topic => topic.Topic);
        using var consumer = Build();
        return topics.ToDictionary(topic => topic, topic => known.TryGetValue(topic, out var metadata) ? Ask(consumer, metadata) : new(false, []));
    }

    private static TopicOffsets Ask(IConsumer<Ignore, Ignore> consumer, TopicMetadata topic)
    {
        var partitions = topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition.PartitionId)).OrderBy(partition => partition.Partition.Value).ToList();
        if (partitions.Count == 0) return new(false, []);

        var committed = consumer.Committed(partitions, AnswerTimeout);
        var ends = consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, End)), AnswerTimeout);
        return new(
            committed.Exists(offset => offset.Offset.Value >= 0),
            [.. ends.OrderBy(end => end.Partition.Value).Select(end => end.Offset.Value)]);
    }

    private IConsumer<Ignore, Ignore> Build()
    {
        var config = new ConsumerConfig(options.Value.Client($"orderflow-{silo.Value.SiloName}-switch"))
        {
            GroupId = options.Value.GroupId,
            GroupProtocol = options.Value.GroupProtocol,
            EnableAutoCommit = false,
        };
        return new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler((_, line) => KafkaLog.Pass(log, line)).Build();
    }
}
