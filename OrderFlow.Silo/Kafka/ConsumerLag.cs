using System.Collections.Immutable;

namespace OrderFlow.Silo.Kafka;

/// <summary>How many messages this silo's consumer has not dealt with, of the partitions that it reads: what the client knows anyway, asked of nobody.</summary>
internal sealed class ConsumerLag
{
    private volatile ImmutableDictionary<string, long> _byTopic = ImmutableDictionary<string, long>.Empty;

    /// <summary>
    /// By topic. A partition counts once something was read of it since it was assigned: before that the client does not say where it stands.
    /// </summary>
    public IReadOnlyDictionary<string, long> ByTopic => _byTopic;

    /// <summary>What is behind the next offset of each partition, which may come several times for a topic.</summary>
    public void Measured(IEnumerable<(string Topic, long Messages)> partitions) =>
        _byTopic = partitions.GroupBy(one => one.Topic).ToImmutableDictionary(topic => topic.Key, topic => topic.Sum(one => one.Messages));
}
