using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>A Kafka partition while it is assigned to this consumer.</summary>
internal sealed class ConsumedPartition : IDisposable
{
    private readonly CancellationTokenSource _lost = new();

    public ConsumedPartition(TopicPartition partition) => (Partition, Lost) = (partition, _lost.Token);

    public TopicPartition Partition { get; }

    public OffsetTracker Offsets { get; } = new();

    /// <summary>Cancelled once the partition is assigned elsewhere, where messages in flight will be handled.</summary>
    public CancellationToken Lost { get; }

    public void Dispose()
    {
        _lost.Cancel();
        _lost.Dispose();
    }
}
