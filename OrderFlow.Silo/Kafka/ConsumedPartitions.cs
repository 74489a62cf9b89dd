using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>The partitions that are assigned to this silo's consumer. Used on the consumer's thread alone.</summary>
internal sealed partial class ConsumedPartitions(TimeProvider time, ILogger<ConsumedPartitions> log)
{
    /// <summary>How long messages under way are waited for when their partition is to go to another silo. What is not done by then, is done there.</summary>
    private static readonly TimeSpan HandOverWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StoreInterval = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<TopicPartition, ConsumedPartition> _partitions = [];
    private long _storedAt = time.GetTimestamp();

    public ConsumedPartition? Find(TopicPartition partition) => _partitions.GetValueOrDefault(partition);

    public void Assigned(List<TopicPartition> assigned)
    {
        foreach (var partition in assigned) _partitions[partition] = new(partition);
        LogAssigned(assigned.Count, _partitions.Count);
    }

    /// <summary>Lets what is under way come to its end before another silo reads on from what is committed here.</summary>
    public void Revoked(IConsumer<byte[], byte[]> consumer, List<TopicPartitionOffset> revoked)
    {
        var leaving = revoked.Select(offset => Find(offset.TopicPartition)).OfType<ConsumedPartition>().ToList();
        SpinWait.SpinUntil(() => leaving.TrueForAll(partition => partition.Offsets.Open == 0), HandOverWithin);
        foreach (var partition in leaving) StoreProgress(consumer, partition);
        Drop(leaving.ConvertAll(partition => partition.Partition));
    }

    /// <summary>Others have them already: there is nothing to wait for, and nothing to commit.</summary>
    public void Lost(List<TopicPartitionOffset> lost) => Drop(lost.ConvertAll(offset => offset.TopicPartition));

    /// <summary>The consumer is no more.</summary>
    public void DropAll() => Drop([.. _partitions.Keys]);

    /// <summary>Tells the client how far it may commit, now and then: it commits by itself, and when partitions go.</summary>
    public void StoreProgressIfDue(IConsumer<byte[], byte[]> consumer)
    {
        if (time.GetElapsedTime(_storedAt) < StoreInterval) return;

        _storedAt = time.GetTimestamp();
        foreach (var partition in _partitions.Values) StoreProgress(consumer, partition);
    }

    private static void StoreProgress(IConsumer<byte[], byte[]> consumer, ConsumedPartition partition)
    {
        if (partition.Offsets.TakeAdvance() is { } offset) consumer.StoreOffset(new TopicPartitionOffset(partition.Partition, offset));
    }

    private void Drop(List<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (_partitions.Remove(partition, out var dropped)) dropped.Dispose();
        }

        if (partitions.Count > 0) LogDropped(partitions.Count, _partitions.Count);
    }

    [LoggerMessage(LogLevel.Information, "{Count} partitions more are read here, {All} in all")]
    private partial void LogAssigned(int count, int all);

    [LoggerMessage(LogLevel.Information, "{Count} partitions are no longer read here, {All} still are")]
    private partial void LogDropped(int count, int all);
}
