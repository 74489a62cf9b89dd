using System.Runtime.InteropServices;

namespace OrderFlow.Silo.Kafka.Embedded;

/// <summary>
/// A Kafka broker, or several of one cluster, inside this process, for development and tests: librdkafka's mock cluster. Each listens on a free port of 127.0.0.1.
/// It keeps nothing on disk, and of each partition about the newest 5 MiB or 100,000 batches: older records are dropped without a word.
/// It knows no transactions and no administration, so its topics are made here. Every member may be called from any thread;
/// a command on the heels of another may take a second, for its loop sleeps that long where it misses a wake-up.
/// </summary>
internal sealed class EmbeddedBroker : IDisposable
{
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
    /// <param name="brokers">How many, numbered from 1. Partitions are led by one after the other, partition 0 by broker 1.</param>
    /// <exception cref="InvalidOperationException">librdkafka refused.</exception>
    public EmbeddedBroker(int partitions, IReadOnlyList<string>? topics = null, TimeSpan? sessionTimeout = null, int brokers = 1)
    {
        _cluster = MockCluster.Start(brokers);
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
                for (var partition = 0; partition < partitions; partition++)
                    Check(Librdkafka.rd_kafka_mock_partition_set_leader(_cluster, topic, partition, LeaderOf(partition, brokers)), $"giving {topic}/{partition} a leader");
            }

            BootstrapServers = Marshal.PtrToStringUTF8(Librdkafka.rd_kafka_mock_cluster_bootstraps(_cluster))!;
        }
        catch
        {
            _cluster.Dispose();
            throw;
        }
    }

    /// <summary>Hosts and ports; they stay the same over <see cref="Down"/> and <see cref="Up"/>.</summary>
    public string BootstrapServers { get; }

    /// <summary>Ends every connection and refuses new ones, until <see cref="Up"/>. The records stay, and so do the partitions with their leader.</summary>
    /// <param name="broker">The broker's number; all of them where nothing is given.</param>
    /// <exception cref="ObjectDisposedException">The broker has ended.</exception>
    public void Down(int broker = Librdkafka.AllBrokers)
    {
        lock (_oneCommandAtATime)
            Check(Librdkafka.rd_kafka_mock_broker_set_down(_cluster, broker), "taking the broker down");
    }

    /// <summary>Takes connections again, on the same port with the records of before.</summary>
    /// <param name="broker">The broker's number; all of them where nothing is given.</param>
    /// <exception cref="ObjectDisposedException">The broker has ended.</exception>
    public void Up(int broker = Librdkafka.AllBrokers)
    {
        lock (_oneCommandAtATime)
            Check(Librdkafka.rd_kafka_mock_broker_set_up(_cluster, broker), "bringing the broker up");
    }

    /// <summary>Which broker leads a partition.</summary>
    public static int LeaderOf(int partition, int brokers) => 1 + (partition % brokers);

    /// <summary>Has another broker lead a partition, or none where it is -1.</summary>
    /// <exception cref="ObjectDisposedException">The broker has ended.</exception>
    public void Lead(string topic, int partition, int broker)
    {
        lock (_oneCommandAtATime)
            Check(Librdkafka.rd_kafka_mock_partition_set_leader(_cluster, topic, partition, broker), $"giving {topic}/{partition} another leader");
    }

    /// <summary>Has a broker be the coordinator of a consumer group.</summary>
    /// <exception cref="ObjectDisposedException">The broker has ended.</exception>
    public void Coordinate(string group, int broker)
    {
        lock (_oneCommandAtATime)
            Check(Librdkafka.rd_kafka_mock_coordinator_set(_cluster, "group", group, broker), $"giving {group} another coordinator");
    }

    /// <summary>Answers the next requests of this kind with these errors, one each.</summary>
    /// <param name="apiKey">The kind, as the protocol numbers it: 0 is Produce, 9 is OffsetFetch, 10 is FindCoordinator, 22 is InitProducerId.</param>
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
