using System.Collections.Immutable;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Notifications;

namespace OrderFlow.Silo.Kafka;

/// <summary>
/// How many messages the group that all silos form has not committed. Asked of Kafka now and then, and not of this silo's consumer: a consumer that has
/// no room, or lost its partitions, knows least when there is most to tell.
/// </summary>
internal sealed class ConsumerLag(
    KafkaProducer producer, GroupOffsets group, ConnectivityCheck check, IOptions<NotificationOptions> consumer, TimeProvider time) : PollingService(time)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private volatile ImmutableDictionary<string, long> _byTopic = ImmutableDictionary<string, long>.Empty;

    /// <summary>By topic, the same on every silo; empty while Kafka does not answer. Partitions without a leader are left out.</summary>
    public IReadOnlyDictionary<string, long> ByTopic => _byTopic;

    protected override async Task Poll(CancellationToken cancellationToken)
    {
        await check.Passed.WaitAsync(cancellationToken);   // the topics are there
        var offsets = await Task.Run(() => group.Ask(Partitions()), CancellationToken.None);   // each of its questions ends by itself
        _byTopic = offsets.GroupBy(each => each.Partition.Topic).ToImmutableDictionary(topic => topic.Key, topic => topic.Sum(each => each.Lag));
    }

    /// <summary>What was seen last would look like a group that stands still.</summary>
    protected override void OnPollFailed() => _byTopic = ImmutableDictionary<string, long>.Empty;

    /// <summary>Blocks.</summary>
    private List<TopicPartition> Partitions() =>
        [.. from topic in producer.Look(AnswerTimeout).Topics
            where consumer.Value.EventTopics.Contains(topic.Topic)
            from partition in topic.Partitions
            where partition.Leader >= 0
            select new TopicPartition(topic.Topic, partition.PartitionId)];
}
