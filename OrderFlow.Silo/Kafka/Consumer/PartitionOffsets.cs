using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>Offsets of a Kafka partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">The offset that the group has committed; negative where there is none.</param>
/// <param name="First">The first message that the partition still has.</param>
/// <param name="End">The offset after the last message.</param>
internal sealed record PartitionOffsets(TopicPartition Partition, long Committed, long First, long End)
{
    /// <summary>Messages that the group has not committed.</summary>
    public long Lag => Math.Max(0, End - Math.Max(First, Committed));
}
