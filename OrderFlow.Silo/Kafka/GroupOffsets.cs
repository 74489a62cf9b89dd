using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka;

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

    /// <summary>How many messages of each partition the group has not committed. Blocks.</summary>
    /// <exception cref="KafkaException">Kafka does not say.</exception>
    /// <exception cref="ObjectDisposedException">The silo has stopped.</exception>
    public IReadOnlyDictionary<TopicPartition, long> Lag(IReadOnlyList<TopicPartition> partitions)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            try
            {
                var lag = Lag(_consumer ??= Build(), partitions);
                _failures = 0;
                return lag;
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

    /// <summary>A partition of which nothing is committed has a negative offset, and begins at the first message there is.</summary>
    private static Dictionary<TopicPartition, long> Lag(IConsumer<Ignore, Ignore> consumer, IReadOnlyList<TopicPartition> partitions)
    {
        var committed = ByPartition(consumer.Committed(partitions, AnswerTimeout));
        var first = ByPartition(consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, Beginning)), AnswerTimeout));
        var end = ByPartition(consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, End)), AnswerTimeout));
        return partitions.ToDictionary(
            partition => partition,
            partition => Math.Max(0, end[partition] - Math.Max(first[partition], committed[partition])));
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
