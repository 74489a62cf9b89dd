using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>A partition for as long as it is assigned to this consumer.</summary>
internal sealed class ConsumedPartition : IDisposable
{
    private readonly CancellationTokenSource _lost = new();

    public ConsumedPartition(TopicPartition partition) => (Partition, Lost) = (partition, _lost.Token);

    public TopicPartition Partition { get; }

    public OffsetTracker Offsets { get; } = new();

    /// <summary>Cancelled once the partition belongs to somebody else: what is not dealt with by then, they will deal with.</summary>
    public CancellationToken Lost { get; }

    /// <summary>The partition is no longer assigned.</summary>
    public void Dispose()
    {
        _lost.Cancel();
        _lost.Dispose();
    }
}
