using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

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

/// <summary>
/// Reads the offsets that the consumer group has committed, and where partitions begin and end. Uses a consumer that never subscribes, and so is not a member; not
/// an admin client, which ends the process when the group's coordinator moves, loads or comes back late (librdkafka issues 5040 and 4605).
/// </summary>
internal sealed class GroupOffsets(
    IOptions<KafkaOptions> options, IOptions<SiloOptions> silo, KafkaAvailability kafka, ILogger<GroupOffsets> log) : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A client is replaced after so many consecutive failures.</summary>
    private const int MaxFailures = 3;

    /// <summary>The protocol's special timestamps.</summary>
    private static readonly Timestamp Beginning = new(-2, TimestampType.CreateTime);
    private static readonly Timestamp End = new(-1, TimestampType.CreateTime);

    /// <summary>Also held by <see cref="Dispose"/>: the native client must not be freed during a request.</summary>
    private readonly Lock _lock = new();
    private IConsumer<Ignore, Ignore>? _consumer;
    private int _failures;
    private bool _isDisposed;

    /// <summary>Reads the offsets of these partitions, in their order. Blocks.</summary>
    /// <exception cref="KafkaException">Kafka does not answer.</exception>
    /// <exception cref="ObjectDisposedException">The silo has stopped.</exception>
    public IReadOnlyList<PartitionOffsets> Read(IReadOnlyList<TopicPartition> partitions)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            try
            {
                var offsets = Read(_consumer ??= Build(), partitions);
                _failures = 0;
                return offsets;
            }
            catch (KafkaException)
            {
                if (++_failures >= MaxFailures) Close();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            Close();
        }
    }

    private static List<PartitionOffsets> Read(IConsumer<Ignore, Ignore> consumer, IReadOnlyList<TopicPartition> partitions)
    {
        if (partitions.Count == 0) return [];

        var committed = ByPartition(consumer.Committed(partitions, RequestTimeout));
        var first = ByPartition(consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, Beginning)), RequestTimeout));
        var end = ByPartition(consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, End)), RequestTimeout));
        return [.. partitions.Select(partition => new PartitionOffsets(partition, committed[partition], first[partition], end[partition]))];
    }

    private static Dictionary<TopicPartition, long> ByPartition(List<TopicPartitionOffset> offsets) =>
        offsets.ToDictionary(offset => offset.TopicPartition, offset => offset.Offset.Value);

    private void Close()
    {
        try
        {
            _consumer?.Dispose();
        }
        catch (KafkaException error)
        {
            KafkaLog.NotClosed(log, error.Error.Reason);   // it holds nothing of value
        }

        (_consumer, _failures) = (null, 0);
    }

    private IConsumer<Ignore, Ignore> Build()
    {
        var config = options.Value.GroupClient($"orderflow-{silo.Value.SiloName}-lag");
        (config.EnableAutoCommit, config.EnableAutoOffsetStore) = (false, false);
        return new ConsumerBuilder<Ignore, Ignore>(config)
            .SetErrorHandler((_, error) => kafka.ReportError(error))
            .SetLogHandler((_, line) => KafkaLog.Write(log, line))
            .Build();
    }
}
