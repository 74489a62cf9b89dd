using System.Collections.Frozen;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka;

/// <summary>
/// The silo's one producer: idempotent, acknowledged by all replicas. A producer that librdkafka declares broken for good is replaced by a new one;
/// what the old one had not delivered fails, and is sent again by whoever wanted it sent.
/// </summary>
internal sealed class KafkaProducer(
    IOptions<KafkaOptions> options, IOptions<SiloOptions> silo, KafkaState state, RecordClock clock, ILogger<KafkaProducer> log) : IDisposable
{
    /// <summary>How long a message is tried before it counts as not sent.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long messages gather to be sent together.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a single message's answer is waited for; librdkafka answers within <see cref="Patience"/>, a stopped producer never.</summary>
    private static readonly TimeSpan AnswerWithin = 2 * Patience;

    private static readonly TimeSpan FlushAtEnd = TimeSpan.FromSeconds(5);

    /// <summary>What a broker takes by default, <c>message.max.bytes</c>; the client's own default is less.</summary>
    private const int LargestMessage = 1_048_588;

    private readonly Lock _lock = new();
    private volatile FrozenDictionary<string, int> _partitions = FrozenDictionary<string, int>.Empty;
    private Client? _client;
    private bool _isDisposed;

    /// <summary>Sends a message, and says on a thread of the producer's own whether it was acknowledged: null, or why not. Never throws for Kafka's sake.</summary>
    public void Send(string topic, Message<byte[], byte[]> message, Action<SendFailure?> answered)
    {
        var client = Use();
        var producer = client.Producer;
        (message.Timestamp, var step) = clock.Now;
        try
        {
            producer.Produce(topic, message, report => Answer(producer, report.TopicPartition, report.Error, report.Status, step, answered));
        }
        catch (ProduceException<byte[], byte[]> refused)
        {
            Answer(producer, new(topic, Partition.Any), refused.Error, PersistenceStatus.NotPersisted, step, answered);
        }
        finally
        {
            client.Release();
        }
    }

    /// <summary>Sends a message; null where it was acknowledged, else why not.</summary>
    public async Task<SendFailure?> Send(string topic, Message<byte[], byte[]> message)
    {
        var answer = new TaskCompletionSource<SendFailure?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(topic, message, failure => answer.TrySetResult(failure));
        try
        {
            return await answer.Task.WaitAsync(AnswerWithin);
        }
        catch (TimeoutException)
        {
            return new("there was no answer");
        }
    }

    /// <summary>What Kafka knows of topics and brokers; throws <see cref="KafkaException"/> where it does not answer in time. Blocks.</summary>
    public Metadata Look(TimeSpan within)
    {
        var metadata = Ask(admin => Task.FromResult(admin.GetMetadata(within))).GetAwaiter().GetResult();
        _partitions = metadata.Topics.Where(topic => topic.Partitions.Count > 0).ToFrozenDictionary(topic => topic.Topic, topic => topic.Partitions.Count);
        return metadata;
    }

    /// <summary>How many partitions a topic has, as it was last seen; 1 where it was not.</summary>
    public int PartitionsOf(string topic) => _partitions.GetValueOrDefault(topic, 1);

    /// <summary>Begins anew with another client; what this one has on its way is answered all the same.</summary>
    public void Renew()
    {
        Client? client;
        lock (_lock) client = _client;
        if (client is not null) Replace(client.Producer);
    }

    /// <summary>Creates topics.</summary>
    public Task Create(IEnumerable<string> topics) => Ask(async admin =>
    {
        await admin.CreateTopicsAsync(topics.Select(topic => new Confluent.Kafka.Admin.TopicSpecification
        {
            Name = topic,
            NumPartitions = options.Value.TopicPartitions,
            ReplicationFactor = options.Value.ReplicationFactor,
        }));
        return true;
    });

    /// <summary>Asks by the producer's connections. For metadata and topics alone: other calls of such a client can end the process.</summary>
    private async Task<T> Ask<T>(Func<IAdminClient, Task<T>> question)
    {
        var client = Use();
        try
        {
            using var admin = new DependentAdminClientBuilder(client.Producer.Handle).Build();
            return await question(admin);
        }
        finally
        {
            client.Release();
        }
    }

    /// <summary>The client of now, which is there until it is released.</summary>
    private Client Use()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _client ??= new(Build());
            _client.Use();
            return _client;
        }
    }

    public void Dispose()
    {
        Client? client;
        lock (_lock)
        {
            _isDisposed = true;
            (client, _client) = (_client, null);
        }

        client?.Producer.Flush(FlushAtEnd);
        client?.Release();
    }

    private void Answer(
        IProducer<byte[], byte[]> producer, TopicPartition partition, Error error, PersistenceStatus status, int step, Action<SendFailure?> answered)
    {
        if (!error.IsError && status == PersistenceStatus.Persisted)
        {
            state.Acknowledged(partition);
            answered(null);
            return;
        }

        if (error.IsFatal) Replace(producer);
        var failure = SendFailure.Of(error);
        if (failure.IsOfTime) clock.Refused(step);
        if (!failure.IsOfMessage) state.Refused(error.Reason, partition);
        answered(failure);
    }

    private void Replace(IProducer<byte[], byte[]> broken)
    {
        Client? replaced;
        lock (_lock)
        {
            replaced = _client;
            if (replaced?.Producer != broken) return;
            _client = null;
        }

        // Not here: this is a call from the producer's own thread, which disposing waits for. Flushed first: what is disposed of answers nobody.
        Task.Run(() =>
        {
            broken.Flush(AnswerWithin);
            replaced!.Release();
        });
    }

    private IProducer<byte[], byte[]> Build()
    {
        var config = new ProducerConfig(options.Value.Client($"orderflow-{silo.Value.SiloName}"))
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = Linger.TotalMilliseconds,
            MessageTimeoutMs = (int)Patience.TotalMilliseconds,
            RequestTimeoutMs = (int)Patience.TotalMilliseconds / 2,
            CompressionType = options.Value.Compression,
            Partitioner = Partitioner.Murmur2Random,   // a key is where the Java clients would put it
            MessageMaxBytes = LargestMessage,
            DeliveryReportFields = "status",
        };
        return new ProducerBuilder<byte[], byte[]>(config)
            .SetErrorHandler((producer, error) =>
            {
                state.Explain(error);
                if (error.Code is Confluent.Kafka.ErrorCode.Local_AllBrokersDown || error.IsFatal) state.Failed(error.Reason);
                if (error.IsFatal) Replace(producer);
            })
            .SetLogHandler((_, line) => KafkaLog.Pass(log, line))
            .Build();
    }

    /// <summary>A client of librdkafka. It goes with the last use of it: a call that is under way holds memory that would be gone.</summary>
    private sealed class Client(IProducer<byte[], byte[]> producer)
    {
        private int _uses = 1;   // as the client of now

        public IProducer<byte[], byte[]> Producer => producer;

        /// <summary>Called while it is the client of now.</summary>
        public void Use() => Interlocked.Increment(ref _uses);

        public void Release()
        {
            if (Interlocked.Decrement(ref _uses) == 0) producer.Dispose();
        }
    }
}
