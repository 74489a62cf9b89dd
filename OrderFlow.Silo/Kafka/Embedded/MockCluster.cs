using System.Runtime.InteropServices;
using System.Text;

namespace OrderFlow.Silo.Kafka.Embedded;

/// <summary>
/// Owns a mock cluster and the client that librdkafka needs for it. As a safe handle it is freed once, and not while a call is in flight; later calls throw an
/// <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed class MockCluster : SafeHandle
{
    /// <summary>The syslog level up to which librdkafka writes to stderr.</summary>
    private const string Warnings = "4";

    private readonly IntPtr _client;

    private MockCluster(IntPtr client, IntPtr cluster)
        : base(IntPtr.Zero, ownsHandle: true)
    {
        _client = client;
        SetHandle(cluster);
    }

    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <summary>Starts the brokers, each on a free port of 127.0.0.1.</summary>
    /// <exception cref="InvalidOperationException">librdkafka failed.</exception>
    public static MockCluster Start(int brokers)
    {
        var client = NewClient();
        var cluster = Librdkafka.rd_kafka_mock_cluster_new(client, brokers);
        if (cluster == IntPtr.Zero)
        {
            Librdkafka.rd_kafka_destroy(client);
            throw new InvalidOperationException("librdkafka could not create a mock cluster; see its log on stderr");
        }

        return new(client, cluster);
    }

    protected override bool ReleaseHandle()
    {
        Librdkafka.rd_kafka_mock_cluster_destroy(handle);   // first: it uses the client
        Librdkafka.rd_kafka_destroy(_client);
        return true;
    }

    private static IntPtr NewClient()
    {
        var message = new byte[Librdkafka.MessageBytes];
        var configuration = Librdkafka.rd_kafka_conf_new();
        // The client never connects, and would warn about it.
        var set = Librdkafka.rd_kafka_conf_set(configuration, "log_level", Warnings, message, (nuint)message.Length);
        var client = set == Librdkafka.NoError
            ? Librdkafka.rd_kafka_new(Librdkafka.Producer, configuration, message, (nuint)message.Length)
            : IntPtr.Zero;
        if (client != IntPtr.Zero)
            return client;

        Librdkafka.rd_kafka_conf_destroy(configuration);
        throw new InvalidOperationException($"librdkafka could not create a client: {Encoding.UTF8.GetString(message).TrimEnd('\0')}");
    }
}
