using System.Collections.Concurrent;

namespace OrderFlow.Outbox;

/// <summary>What the outbox partitions of this silo hold, for gauges.</summary>
internal sealed class OutboxRelayMetrics
{
    private readonly ConcurrentDictionary<int, (int Held, int Refused, int Unknown)> _partitions = new();

    /// <summary>Events that were read and are not acknowledged.</summary>
    public int Held => _partitions.Values.Sum(partition => partition.Held);

    /// <summary>Orders whose next event Kafka refuses for what it is.</summary>
    public int Refused => _partitions.Values.Sum(partition => partition.Refused);

    /// <summary>Rows that this version does not know.</summary>
    public int Unknown => _partitions.Values.Sum(partition => partition.Unknown);

    public void Report(int partition, UnpublishedEvents events) => _partitions[partition] = (events.Rows, events.Refused, events.Unknown);

    /// <summary>The partition is drained here no longer.</summary>
    public void Remove(int partition) => _partitions.TryRemove(partition, out _);
}
