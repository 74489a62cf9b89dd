using System.Runtime.InteropServices;

namespace OrderFlow.Silo.Kafka.Embedded;

/// <summary>
/// Functions of librdkafka that Confluent.Kafka does not expose: its mock cluster, as declared in rdkafka_mock.h and rdkafka.h of version 2.16.
/// That interface is experimental: check the headers with each new version of Confluent.Kafka.
/// </summary>
internal static class Librdkafka
{
    public const int Producer = 0;
    public const int NoError = 0;
    public const int AllBrokers = -1;

    /// <summary>Longer error messages are truncated.</summary>
    public const int MessageBytes = 512;

    private const string Library = "librdkafka";

    /// <summary>Confluent.Kafka ships builds for several Linux distributions, and uses the first that loads.</summary>
    private static readonly string[] Builds = [Library, "centos8-librdkafka", "alpine-librdkafka"];

    static Librdkafka() => NativeLibrary.SetDllImportResolver(typeof(Librdkafka).Assembly, (name, assembly, search) =>
    {
        if (name != Library)
            return IntPtr.Zero;
        _ = Confluent.Kafka.Library.Version;   // makes Confluent.Kafka load its choice first, so that both use the same build
        foreach (var build in Builds)
        {
            if (NativeLibrary.TryLoad(build, assembly, search, out var handle))
                return handle;
        }

        return IntPtr.Zero;
    });

    [DllImport(Library)]
    internal static extern IntPtr rd_kafka_conf_new();

    [DllImport(Library)]
    internal static extern void rd_kafka_conf_destroy(IntPtr configuration);

    [DllImport(Library)]
    internal static extern int rd_kafka_conf_set(
        IntPtr configuration,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string value,
        byte[] message,
        nuint messageBytes);

    /// <summary>Takes ownership of the configuration where it succeeds.</summary>
    [DllImport(Library)]
    internal static extern IntPtr rd_kafka_new(int type, IntPtr configuration, byte[] message, nuint messageBytes);

    [DllImport(Library)]
    internal static extern void rd_kafka_destroy(IntPtr client);

    [DllImport(Library)]
    internal static extern IntPtr rd_kafka_err2str(int error);

    [DllImport(Library)]
    internal static extern IntPtr rd_kafka_mock_cluster_new(IntPtr client, int brokers);

    [DllImport(Library)]
    internal static extern void rd_kafka_mock_cluster_destroy(IntPtr cluster);

    [DllImport(Library)]
    internal static extern IntPtr rd_kafka_mock_cluster_bootstraps(MockCluster cluster);

    [DllImport(Library)]
    internal static extern int rd_kafka_mock_topic_create(
        MockCluster cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partitions, int replicationFactor);

    [DllImport(Library)]
    internal static extern void rd_kafka_mock_group_initial_rebalance_delay_ms(MockCluster cluster, int delayMs);

    [DllImport(Library)]
    internal static extern void rd_kafka_mock_set_group_consumer_session_timeout_ms(MockCluster cluster, int timeoutMs);

    [DllImport(Library)]
    internal static extern void rd_kafka_mock_set_group_consumer_heartbeat_interval_ms(MockCluster cluster, int intervalMs);

    [DllImport(Library)]
    internal static extern void rd_kafka_mock_push_request_errors_array(MockCluster cluster, short apiKey, nuint count, int[] errors);

    [DllImport(Library)]
    internal static extern int rd_kafka_mock_broker_set_down(MockCluster cluster, int broker);

    [DllImport(Library)]
    internal static extern int rd_kafka_mock_broker_set_up(MockCluster cluster, int broker);

    [DllImport(Library)]
    internal static extern int rd_kafka_mock_partition_set_leader(
        MockCluster cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partition, int broker);

    [DllImport(Library)]
    internal static extern int rd_kafka_mock_coordinator_set(
        MockCluster cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string keyType, [MarshalAs(UnmanagedType.LPUTF8Str)] string key, int broker);
}
