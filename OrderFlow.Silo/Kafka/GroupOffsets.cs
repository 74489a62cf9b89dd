using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka;

/// <summary>Offsets of a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Committed">Up to where the group has dealt with its messages; negative where nothing is committed.</param>
/// <param name="First">The first message there is.</param>
/// <param name="End">Behind the last one.</param>
internal sealed record PartitionOffsets(TopicPartition Partition, long Committed, long First, long End)
{
    /// <summary>How many messages the group has not committed.</summary>
    public long Lag => Math.Max(0, End - Math.Max(First, Committed));
}

/// <summary>
/// What the consumer group has committed, and where partitions begin and end. Asked as a consumer that never subscribes, and so is no member; never as an admin
/// client: librdkafka's ends the process where the group's coordinator moves, loads or comes back late (its issues 5040 and 4605).
/// </summary>
internal sealed class GroupOffsets(
    IOptions<KafkaOptions> options, IOptions<SiloOptions> silo, KafkaState state, ILogger<GroupOffsets> log) : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A client that has failed so often on end is replaced.</summary>
    private const int MaxFailures = 3;

    /// <summary>As the protocol has it, in place of a time.</summary>
    private static readonly Timestamp Beginning = new(-2, TimestampType.CreateTime);
    private static readonly Timestamp End = new(-1, TimestampType.CreateTime);

    /// <summary>Whoever disposes waits for a question under way: the native client must not go under it.</summary>
    private readonly Lock _lock = new();
    private IConsumer<Ignore, Ignore>? _consumer;
    private int _failures;
    private bool _isDisposed;

    /// <summary>The offsets of these partitions, in their order. Blocks.</summary>
    /// <exception cref="KafkaException">Kafka does not say.</exception>
    /// <exception cref="ObjectDisposedException">The silo has stopped.</exception>
    public IReadOnlyList<PartitionOffsets> Ask(IReadOnlyList<TopicPartition> partitions)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            try
            {
                var offsets = Ask(_consumer ??= Build(), partitions);
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

    private static List<PartitionOffsets> Ask(IConsumer<Ignore, Ignore> consumer, IReadOnlyList<TopicPartition> partitions)
    {
        if (partitions.Count == 0) return [];

        var committed = ByPartition(consumer.Committed(partitions, AnswerTimeout));
        var first = ByPartition(consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, Beginning)), AnswerTimeout));
        var end = ByPartition(consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, End)), AnswerTimeout));
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
            KafkaLog.NotClosed(log, error.Error.Reason);   // it holds nothing that anybody would miss
        }

        (_consumer, _failures) = (null, 0);
    }

    private IConsumer<Ignore, Ignore> Build()
    {
        var config = new ConsumerConfig(options.Value.Client($"orderflow-{silo.Value.SiloName}-lag"))
        {
            GroupId = options.Value.GroupId,
            GroupProtocol = options.Value.GroupProtocol,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
        };
        return new ConsumerBuilder<Ignore, Ignore>(config)
            .SetErrorHandler((_, error) => state.Explain(error))
            .SetLogHandler((_, line) => KafkaLog.Pass(log, line))
            .Build();
    }
}
