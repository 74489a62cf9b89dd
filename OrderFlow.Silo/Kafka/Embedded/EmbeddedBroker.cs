using System.Runtime.InteropServices;

namespace OrderFlow.Silo.Kafka.Embedded;

/// <summary>
/// A Kafka broker inside this process, for development and tests: librdkafka's mock cluster. It listens on a free port of 127.0.0.1.
/// It keeps nothing on disk, and of each partition about the newest 5 MiB or 100,000 batches: older records are dropped without a word.
/// It knows no transactions and no administration, so its topics are made here. Every member may be called from any thread;
/// a command on the heels of another may take a second, for its loop sleeps that long where it misses a wake-up.
/// </summary>
internal sealed class EmbeddedBroker : IDisposable
{
    private const int Brokers = 1;
    private const int ReplicationFactor = 1;

    /// <summary>How long a consumer of <c>group.protocol=consumer</c> may be silent before its partitions go to others.</summary>
    private static readonly TimeSpan DefaultSessionTimeout = TimeSpan.FromSeconds(6);

    /// <summary>How often such a consumer is told to report, and so how soon it learns of a change.</summary>
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(1);

    private readonly MockCluster _cluster;

    /// <summary>A safe handle takes new calls for as long as others are in flight: callers that overlap would put its end off forever.</summary>
    private readonly Lock _oneCommandAtATime = new();

    /// <param name="partitions">Of each topic.</param>
    /// <param name="topics">Those of OrderFlow where nothing is given.</param>
    /// <param name="sessionTimeout">Six seconds where nothing is given.</param>
    /// <exception cref="InvalidOperationException">librdkafka refused.</exception>
    public EmbeddedBroker(int partitions, IReadOnlyList<string>? topics = null, TimeSpan? sessionTimeout = null)
    {
        _cluster = MockCluster.Start(Brokers);
        try
        {
            // Consumers of the classic protocol would wait three seconds for others to join.
            Librdkafka.rd_kafka_mock_group_initial_rebalance_delay_ms(_cluster, 0);
            Librdkafka.rd_kafka_mock_set_group_consumer_session_timeout_ms(_cluster, (int)(sessionTimeout ?? DefaultSessionTimeout).TotalMilliseconds);
            Librdkafka.rd_kafka_mock_set_group_consumer_heartbeat_interval_ms(_cluster, (int)HeartbeatInterval.TotalMilliseconds);
            foreach (var topic in topics ?? Topics.All)
            {
                var error = Librdkafka.rd_kafka_mock_topic_create(_cluster, topic, partitions, ReplicationFactor);
                Check(error, $"making the topic {topic} with {partitions} partitions");
            }

            BootstrapServers = Marshal.PtrToStringUTF8(Librdkafka.rd_kafka_mock_cluster_bootstraps(_cluster))!;
        }
        catch
        {
            _cluster.Dispose();
            throw;
        }
    }

    /// <summary>Host and port; they stay the same over <see cref="Down"/> and <see cref="Up"/>.</summary>
    public string BootstrapServers { get; }

    /// <summary>Ends every connection and refuses new ones, until <see cref="Up"/>. The records stay.</summary>
    /// <exception cref="ObjectDisposedException">The broker has ended.</exception>
    public void Down()
    {
        lock (_oneCommandAtATime)
            Check(Librdkafka.rd_kafka_mock_broker_set_down(_cluster, Librdkafka.AllBrokers), "taking the broker down");
    }

    /// <summary>Takes connections again, on the same port with the records of before.</summary>
    /// <exception cref="ObjectDisposedException">The broker has ended.</exception>
    public void Up()
    {
        lock (_oneCommandAtATime)
            Check(Librdkafka.rd_kafka_mock_broker_set_up(_cluster, Librdkafka.AllBrokers), "bringing the broker up");
    }

    /// <summary>Answers the next requests of this kind with these errors, one each.</summary>
    /// <param name="apiKey">The kind, as the protocol numbers it: 0 is Produce, 22 is InitProducerId.</param>
    /// <param name="errors">Codes of the protocol.</param>
    public void Refuse(short apiKey, params int[] errors)
    {
        lock (_oneCommandAtATime)
            Librdkafka.rd_kafka_mock_push_request_errors_array(_cluster, apiKey, (nuint)errors.Length, errors);
    }

    /// <summary>Ends the broker, and its records with it.</summary>
    public void Dispose()
    {
        lock (_oneCommandAtATime)
            _cluster.Dispose();
    }

    private static void Check(int error, string what)
    {
        if (error != Librdkafka.NoError)
            throw new InvalidOperationException($"{what} failed: {Marshal.PtrToStringUTF8(Librdkafka.rd_kafka_err2str(error))}");
    }
}
