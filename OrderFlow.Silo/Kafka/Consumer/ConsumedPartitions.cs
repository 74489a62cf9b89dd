using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>The Kafka partitions assigned to this silo's consumer. Used on the consumer's thread only.</summary>
internal sealed partial class ConsumedPartitions(TimeProvider time, ILogger<ConsumedPartitions> log)
{
    /// <summary>How long a revoked partition waits for its messages in flight. Later ones are redelivered to the partition's next consumer.</summary>
    private static readonly TimeSpan RevokeTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StoreInterval = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<TopicPartition, ConsumedPartition> _partitions = [];
    private long _storedAt = time.GetTimestamp();

    public ConsumedPartition? Find(TopicPartition partition) => _partitions.GetValueOrDefault(partition);

    public void Assigned(List<TopicPartition> assigned)
    {
        foreach (var partition in assigned) _partitions[partition] = new(partition);
        LogAssigned(assigned.Count, _partitions.Count);
    }

    /// <summary>Waits for messages in flight: the next consumer starts from what is committed here.</summary>
    public void Revoked(IConsumer<byte[], byte[]> consumer, List<TopicPartitionOffset> revoked)
    {
        var leaving = revoked.Select(offset => Find(offset.TopicPartition)).OfType<ConsumedPartition>().ToList();
        SpinWait.SpinUntil(() => leaving.TrueForAll(partition => partition.Offsets.InFlight == 0), RevokeTimeout);
        foreach (var partition in leaving) StoreOffset(consumer, partition);
        Remove(leaving.ConvertAll(partition => partition.Partition));
    }

    /// <summary>Removes partitions that other consumers have already: there is nothing to wait for or to commit.</summary>
    public void Lost(List<TopicPartitionOffset> lost) => Remove(lost.ConvertAll(offset => offset.TopicPartition));

    /// <summary>Removes all, once the consumer is closed.</summary>
    public void RemoveAll() => Remove([.. _partitions.Keys]);

    /// <summary>Stores every <see cref="StoreInterval"/> which offsets the client may commit; it commits regularly and when partitions are revoked.</summary>
    public void StoreOffsetsIfDue(IConsumer<byte[], byte[]> consumer)
    {
        if (time.GetElapsedTime(_storedAt) < StoreInterval) return;

        _storedAt = time.GetTimestamp();
        foreach (var partition in _partitions.Values) StoreOffset(consumer, partition);
    }

    private static void StoreOffset(IConsumer<byte[], byte[]> consumer, ConsumedPartition partition)
    {
        if (partition.Offsets.TakeCommittable() is { } offset) consumer.StoreOffset(new TopicPartitionOffset(partition.Partition, offset));
    }

    private void Remove(List<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (_partitions.Remove(partition, out var removed)) removed.Dispose();
        }

        if (partitions.Count > 0) LogRemoved(partitions.Count, _partitions.Count);
    }

    [LoggerMessage(LogLevel.Information, "The consumer was assigned {Count} Kafka partitions and has {All} now")]
    private partial void LogAssigned(int count, int all);

    [LoggerMessage(LogLevel.Information, "The consumer gave up {Count} Kafka partitions and has {All} now")]
    private partial void LogRemoved(int count, int all);
}
