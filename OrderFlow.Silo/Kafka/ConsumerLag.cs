using System.Collections.Immutable;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Kafka;

/// <summary>
/// How many messages the group that all silos form has not committed. Asked of Kafka now and then, and not of this silo's consumer: a consumer that has
/// no room, or lost its partitions, knows least when there is most to tell.
/// </summary>
internal sealed class ConsumerLag(
    KafkaProducer producer, ConnectivityCheck check, IOptions<KafkaOptions> kafka, IOptions<ConsumerOptions> consumer, TimeProvider time) : PeriodicLook(time)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    private volatile ImmutableDictionary<string, long> _byTopic = ImmutableDictionary<string, long>.Empty;

    /// <summary>By topic, the same on every silo; empty while Kafka does not answer.</summary>
    public IReadOnlyDictionary<string, long> ByTopic => _byTopic;

    protected override async Task Look(CancellationToken cancellationToken)
    {
        await check.Passed.WaitAsync(cancellationToken);   // the topics are there
        var partitions = await Task.Run(Partitions, cancellationToken);
        using var admin = producer.Admin();
        var committed = await Committed(admin, partitions).WaitAsync(cancellationToken);
        var first = await Offsets(admin, partitions, OffsetSpec.Earliest()).WaitAsync(cancellationToken);
        var end = await Offsets(admin, partitions, OffsetSpec.Latest()).WaitAsync(cancellationToken);

        _byTopic = partitions.GroupBy(partition => partition.Topic).ToImmutableDictionary(
            topic => topic.Key,
            topic => topic.Sum(partition => Math.Max(0, end[partition] - Math.Max(first[partition], committed[partition]))));
    }

    /// <summary>What was seen last would look like a group that stands still.</summary>
    protected override void Missed() => _byTopic = ImmutableDictionary<string, long>.Empty;

    /// <summary>Blocks.</summary>
    private List<TopicPartition> Partitions() =>
        [.. from topic in producer.Look(AnswerWithin).Topics
            where consumer.Value.EventTopics.Contains(topic.Topic)
            from partition in topic.Partitions
            select new TopicPartition(topic.Topic, partition.PartitionId)];

    /// <summary>Negative, as the client has it, for a partition of which the group has committed nothing: it begins at the first message there is.</summary>
    private async Task<Dictionary<TopicPartition, long>> Committed(IAdminClient admin, List<TopicPartition> partitions)
    {
        var groups = await admin.ListConsumerGroupOffsetsAsync([new(kafka.Value.GroupId, partitions)]);
        return groups.Single().Partitions.ToDictionary(committed => committed.TopicPartition, committed => committed.Offset.Value);
    }

    private static async Task<Dictionary<TopicPartition, long>> Offsets(IAdminClient admin, List<TopicPartition> partitions, OffsetSpec which)
    {
        var listed = await admin.ListOffsetsAsync(partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }));
        return listed.ResultInfos.ToDictionary(
            info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
    }
}
