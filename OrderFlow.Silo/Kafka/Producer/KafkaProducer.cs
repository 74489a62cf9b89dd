using System.Collections.Frozen;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka.Producer;

/// <summary>
/// The silo's one producer: idempotent, acknowledged by all replicas. Replaces a client that librdkafka reports as fatally broken; messages that it had not
/// delivered fail, and their senders retry them.
/// </summary>
internal sealed class KafkaProducer : IDisposable
{
    /// <summary>How long librdkafka retries a message before it fails.</summary>
    public static readonly TimeSpan MessageTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);

    /// <summary>How long to wait for a delivery report; librdkafka reports within <see cref="MessageTimeout"/>, but a disposed client never.</summary>
    private static readonly TimeSpan ReportTimeout = 2 * MessageTimeout;

    /// <summary>The broker's default <c>message.max.bytes</c>; the client's own default is smaller.</summary>
    private const int MaxMessageBytes = 1_048_588;

    private readonly KafkaOptions _options;
    private readonly KafkaAvailability _kafka;
    private readonly RecordClock _clock;
    private readonly ProducerClients _clients;
    private volatile FrozenDictionary<string, int> _partitions = FrozenDictionary<string, int>.Empty;

    public KafkaProducer(IOptions<KafkaOptions> options, IOptions<SiloOptions> silo, KafkaAvailability kafka, RecordClock clock, ILogger<KafkaProducer> log)
    {
        (_options, _kafka, _clock) = (options.Value, kafka, clock);
        _clients = new(() => Build($"orderflow-{silo.Value.SiloName}", log), ReportTimeout);
    }

    /// <summary>Sends a message. Reports on a thread of the client: null for an acknowledgement, else why there was none. Does not throw while Kafka is unavailable.</summary>
    public void Send(string topic, Message<byte[], byte[]> message, Action<SendFailure?> report)
    {
        using var client = _clients.Acquire();
        (message.Timestamp, var step) = _clock.Now;
        try
        {
            var producer = client.Producer;
            producer.Produce(topic, message, delivery => Report(producer, delivery.TopicPartition, delivery.Error, delivery.Status, step, report));
        }
        catch (ProduceException<byte[], byte[]> error)
        {
            Report(client.Producer, new(topic, Partition.Any), error.Error, PersistenceStatus.NotPersisted, step, report);
        }
    }

    /// <summary>Sends a message. Returns null once it is acknowledged, else why it was not.</summary>
    public async Task<SendFailure?> Send(string topic, Message<byte[], byte[]> message)
    {
        var report = new TaskCompletionSource<SendFailure?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(topic, message, failure => report.TrySetResult(failure));
        try
        {
            return await report.Task.WaitAsync(ReportTimeout);
        }
        catch (TimeoutException)
        {
            return new("no delivery report in time");
        }
    }

    /// <summary>Reads the topics and brokers. Blocks.</summary>
    /// <exception cref="KafkaException">Kafka does not answer in time.</exception>
    public Metadata GetMetadata(TimeSpan timeout)
    {
        using var client = _clients.Acquire();
        using var admin = AdminOf(client);
        var metadata = admin.GetMetadata(timeout);
        _partitions = metadata.Topics.Where(topic => topic.Partitions.Count > 0).ToFrozenDictionary(topic => topic.Topic, topic => topic.Partitions.Count);
        return metadata;
    }

    /// <summary>The number of a topic's partitions in the latest metadata; 1 where it is not among them.</summary>
    public int PartitionsOf(string topic) => _partitions.GetValueOrDefault(topic, 1);

    /// <summary>Continues with a new client; messages in flight on the old one are still reported.</summary>
    public void ReplaceClient() => _clients.Replace();

    public async Task CreateTopics(IEnumerable<string> topics)
    {
        using var client = _clients.Acquire();
        using var admin = AdminOf(client);
        await admin.CreateTopicsAsync(topics.Select(topic => new Confluent.Kafka.Admin.TopicSpecification
        {
            Name = topic,
            NumPartitions = _options.TopicPartitions,
            ReplicationFactor = _options.ReplicationFactor,
        }));
    }

    public void Dispose() => _clients.Dispose();

    /// <summary>An admin client on the producer's connections. For metadata and topics only: its other requests can end the process.</summary>
    private static IAdminClient AdminOf(ProducerClients.Client client) => new DependentAdminClientBuilder(client.Producer.Handle).Build();

    private void Report(
        IProducer<byte[], byte[]> producer, TopicPartition partition, Error error, PersistenceStatus status, int step, Action<SendFailure?> report)
    {
        if (!error.IsError && status == PersistenceStatus.Persisted)
        {
            _kafka.Acknowledged(partition);
            report(null);
            return;
        }

        if (error.IsFatal) _clients.Replace(producer);
        var failure = SendFailure.Of(error);
        if (failure.IsTimestampRejected) _clock.Rejected(step);
        if (!failure.IsRejection) _kafka.NotAcknowledged(error.Reason, partition);
        report(failure);
    }

    private IProducer<byte[], byte[]> Build(string clientId, ILogger log)
    {
        var config = new ProducerConfig(_options.Client(clientId))
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = Linger.TotalMilliseconds,
            MessageTimeoutMs = (int)MessageTimeout.TotalMilliseconds,
            RequestTimeoutMs = (int)MessageTimeout.TotalMilliseconds / 2,
            CompressionType = _options.Compression,
            Partitioner = Partitioner.Murmur2Random,   // as the Java clients
            MessageMaxBytes = MaxMessageBytes,
            DeliveryReportFields = "status",
        };
        return new ProducerBuilder<byte[], byte[]>(config)
            .SetErrorHandler((producer, error) =>
            {
                _kafka.ReportError(error);
                if (error.Code is Confluent.Kafka.ErrorCode.Local_AllBrokersDown) _kafka.Unreachable("no broker can be reached");
                else if (error.IsFatal) _kafka.Unreachable(error.Reason);
                if (error.IsFatal) _clients.Replace(producer);
            })
            .SetLogHandler((_, line) => KafkaLog.Write(log, line))
            .Build();
    }
}
