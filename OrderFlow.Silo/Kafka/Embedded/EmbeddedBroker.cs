using System.Runtime.InteropServices;

namespace OrderFlow.Silo.Kafka.Embedded;

/// <summary>
/// A Kafka cluster of one or several brokers in this process, for development and tests: librdkafka's mock cluster. Each broker listens on a free port of 127.0.0.1.
/// Keeps nothing on disk, and of each partition about the newest 5 MiB or 100,000 batches. Supports no transactions and no admin requests, so its topics are created
/// here. Thread-safe; a command right after another may take a second, for librdkafka's loop sleeps that long where it misses a wake-up.
/// </summary>
internal sealed class EmbeddedBroker : IDisposable
{
    private const int ReplicationFactor = 1;

    /// <summary>The session timeout of consumers with <c>group.protocol=consumer</c>.</summary>
    private static readonly TimeSpan DefaultSessionTimeout = TimeSpan.FromSeconds(6);

    /// <summary>The heartbeat interval of these consumers, and so how soon they learn of a rebalance.</summary>
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(1);

    private readonly MockCluster _cluster;

    /// <summary>Serializes calls: a safe handle is freed once none is in flight, which overlapping callers could delay forever.</summary>
    private readonly Lock _lock = new();

    /// <param name="partitions">Of each topic.</param>
    /// <param name="topics">Those of OrderFlow by default.</param>
    /// <param name="sessionTimeout">Six seconds by default.</param>
    /// <param name="brokers">The number of brokers, numbered from 1. They lead the partitions in turns, partition 0 is led by broker 1.</param>
    /// <exception cref="InvalidOperationException">librdkafka failed.</exception>
    public EmbeddedBroker(int partitions, IReadOnlyList<string>? topics = null, TimeSpan? sessionTimeout = null, int brokers = 1)
    {
        _cluster = MockCluster.Start(brokers);
        try
        {
            // Else consumers of the classic protocol wait three seconds for others to join.
            Librdkafka.rd_kafka_mock_group_initial_rebalance_delay_ms(_cluster, 0);
            Librdkafka.rd_kafka_mock_set_group_consumer_session_timeout_ms(_cluster, (int)(sessionTimeout ?? DefaultSessionTimeout).TotalMilliseconds);
            Librdkafka.rd_kafka_mock_set_group_consumer_heartbeat_interval_ms(_cluster, (int)HeartbeatInterval.TotalMilliseconds);
            foreach (var topic in topics ?? Topics.All)
            {
                var error = Librdkafka.rd_kafka_mock_topic_create(_cluster, topic, partitions, ReplicationFactor);
                Check(error, $"create the topic {topic} with {partitions} partitions");
                for (var partition = 0; partition < partitions; partition++)
                    Check(Librdkafka.rd_kafka_mock_partition_set_leader(_cluster, topic, partition, LeaderOf(partition, brokers)), $"give {topic}/{partition} a leader");
            }

            BootstrapServers = Marshal.PtrToStringUTF8(Librdkafka.rd_kafka_mock_cluster_bootstraps(_cluster))!;
        }
        catch
        {
            _cluster.Dispose();
            throw;
        }
    }

    /// <summary>Hosts and ports, which <see cref="Down"/> and <see cref="Up"/> do not change.</summary>
    public string BootstrapServers { get; }

    /// <summary>Closes every connection and refuses new ones until <see cref="Up"/>. Keeps records and leaders.</summary>
    /// <param name="broker">The broker's number; all brokers by default.</param>
    /// <exception cref="ObjectDisposedException">The broker is disposed.</exception>
    public void Down(int broker = Librdkafka.AllBrokers) =>
        Execute("take the broker down", () => Librdkafka.rd_kafka_mock_broker_set_down(_cluster, broker));

    /// <summary>Accepts connections again.</summary>
    /// <param name="broker">The broker's number; all brokers by default.</param>
    /// <exception cref="ObjectDisposedException">The broker is disposed.</exception>
    public void Up(int broker = Librdkafka.AllBrokers) =>
        Execute("bring the broker up", () => Librdkafka.rd_kafka_mock_broker_set_up(_cluster, broker));

    /// <summary>The broker that leads a partition at first.</summary>
    public static int LeaderOf(int partition, int brokers) => 1 + (partition % brokers);

    /// <summary>Sets the leader of a partition; -1 for none.</summary>
    /// <exception cref="ObjectDisposedException">The broker is disposed.</exception>
    public void SetLeader(string topic, int partition, int broker) =>
        Execute($"set the leader of {topic}/{partition}", () => Librdkafka.rd_kafka_mock_partition_set_leader(_cluster, topic, partition, broker));

    /// <summary>Sets the coordinator of a consumer group.</summary>
    /// <exception cref="ObjectDisposedException">The broker is disposed.</exception>
    public void SetCoordinator(string group, int broker) =>
        Execute($"set the coordinator of {group}", () => Librdkafka.rd_kafka_mock_coordinator_set(_cluster, "group", group, broker));

    /// <summary>Answers the next requests of a kind with these errors, one each.</summary>
    /// <param name="apiKey">The API key in the protocol: 0 is Produce, 9 is OffsetFetch, 10 is FindCoordinator, 22 is InitProducerId.</param>
    /// <param name="errors">Error codes of the protocol.</param>
    public void FailRequests(short apiKey, params int[] errors)
    {
        lock (_lock)
            Librdkafka.rd_kafka_mock_push_request_errors_array(_cluster, apiKey, (nuint)errors.Length, errors);
    }

    /// <summary>Stops the broker and drops its records.</summary>
    public void Dispose()
    {
        lock (_lock)
            _cluster.Dispose();
    }

    private void Execute(string what, Func<int> command)
    {
        lock (_lock) Check(command(), what);
    }

    private static void Check(int error, string what)
    {
        if (error != Librdkafka.NoError)
            throw new InvalidOperationException($"librdkafka could not {what}: {Marshal.PtrToStringUTF8(Librdkafka.rd_kafka_err2str(error))}");
    }
}
