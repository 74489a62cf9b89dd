using System.Collections.Concurrent;

namespace OrderFlow.Outbox;

/// <summary>Counts what the outbox partitions on this silo have not published, for gauges.</summary>
internal sealed class OutboxRelayStatus
{
    private readonly ConcurrentDictionary<int, (int Unacknowledged, int Rejected, int Unknown)> _partitions = new();

    /// <summary>Events that were read and that Kafka has not acknowledged.</summary>
    public int Unacknowledged => _partitions.Values.Sum(partition => partition.Unacknowledged);

    /// <summary>Orders whose next event Kafka rejects.</summary>
    public int Rejected => _partitions.Values.Sum(partition => partition.Rejected);

    /// <summary>Rows that this version does not know.</summary>
    public int Unknown => _partitions.Values.Sum(partition => partition.Unknown);

    public void Report(int partition, UnpublishedEvents events) => _partitions[partition] = (events.Rows, events.Rejected, events.Unknown);

    /// <summary>Forgets a partition whose grain has left this silo.</summary>
    public void Remove(int partition) => _partitions.TryRemove(partition, out _);
}
