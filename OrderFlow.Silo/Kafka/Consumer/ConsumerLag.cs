using System.Collections.Immutable;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Silo.Notifications;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>
/// Polls how many messages the consumer group has not committed. Asks Kafka instead of this silo's consumer, which knows least while it is paused or has lost its
/// partitions.
/// </summary>
internal sealed class ConsumerLag(
    KafkaProducer producer, GroupOffsets group, ConnectivityCheck check, IOptions<NotificationOptions> notifications, TimeProvider time) : PollingService(time)
{
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(2);

    private volatile ImmutableDictionary<string, long> _byTopic = ImmutableDictionary<string, long>.Empty;

    /// <summary>The lag by topic, the same on every silo; empty while Kafka does not answer. Without partitions that have no leader.</summary>
    public IReadOnlyDictionary<string, long> ByTopic => _byTopic;

    protected override async Task Poll(CancellationToken cancellationToken)
    {
        await check.Passed.WaitAsync(cancellationToken);   // the topics exist
        var offsets = await Task.Run(() => group.Read(Partitions()), CancellationToken.None);   // each of its requests has a timeout
        _byTopic = offsets.GroupBy(each => each.Partition.Topic).ToImmutableDictionary(topic => topic.Key, topic => topic.Sum(each => each.Lag));
    }

    /// <summary>An old lag would look like a group that is stuck.</summary>
    protected override void OnPollFailed(Exception error) => _byTopic = ImmutableDictionary<string, long>.Empty;

    /// <summary>Blocks.</summary>
    private List<TopicPartition> Partitions() =>
        [.. from topic in producer.GetMetadata(MetadataTimeout).Topics
            where notifications.Value.EventTopics.Contains(topic.Topic)
            from partition in topic.Partitions
            where partition.Leader >= 0
            select new TopicPartition(topic.Topic, partition.PartitionId)];
}
