using System.ComponentModel.DataAnnotations;
using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>Where Kafka is and how it is used. Settings <c>Kafka__*</c>; security settings are passed to librdkafka as they are.</summary>
internal sealed class KafkaOptions : IValidatableObject
{
    public const string Section = "Kafka";

    /// <summary>One or several <c>host:port</c>, separated by commas.</summary>
    [Required(ErrorMessage = "Kafka__BootstrapServers is not set; it must be the brokers' addresses, such as kafka-1:9092,kafka-2:9092")]
    public string BootstrapServers { get; set; } = "";

    /// <summary>Partitions of topics that OrderFlow creates; existing topics keep theirs.</summary>
    [Range(1, 1_000)]
    public int TopicPartitions { get; set; } = 12;

    /// <summary>Replicas of topics that OrderFlow creates; -1 for the broker's default.</summary>
    [Range(-1, 32)]
    public short ReplicationFactor { get; set; } = -1;

    /// <summary>The consumer group that feeds the notifications.</summary>
    [Required]
    public string GroupId { get; set; } = "orderflow-notifications";

    /// <summary><c>consumer</c> is KIP-848, which needs Kafka 4.0; older brokers need <c>classic</c>.</summary>
    public GroupProtocol GroupProtocol { get; set; } = GroupProtocol.Consumer;

    /// <summary>How batches are compressed. Consumers detect it.</summary>
    public CompressionType Compression { get; set; } = CompressionType.Lz4;

    /// <summary>The maximum number of consumed messages that a silo handles at once.</summary>
    [Range(1, 10_000)]
    public int MaxInFlight { get; set; } = 256;

    public SecurityProtocol? SecurityProtocol { get; set; }

    public SaslMechanism? SaslMechanism { get; set; }

    public string? SaslUsername { get; set; }

    public string? SaslPassword { get; set; }

    /// <summary>PEM file with the certificate authorities for the brokers' certificates.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>PEM file with the client certificate, where brokers require one.</summary>
    public string? SslCertificateLocation { get; set; }

    public string? SslKeyLocation { get; set; }

    public string? SslKeyPassword { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ReplicationFactor == 0) yield return new("must be at least 1, or -1 for the broker's default", [nameof(ReplicationFactor)]);

        foreach (var (name, path) in new[] { (nameof(SslCaLocation), SslCaLocation), (nameof(SslCertificateLocation), SslCertificateLocation), (nameof(SslKeyLocation), SslKeyLocation) })
        {
            if (path is not null && !File.Exists(path)) yield return new($"the file {path} does not exist", [name]);
        }

        var usesSasl = SecurityProtocol is Confluent.Kafka.SecurityProtocol.SaslSsl or Confluent.Kafka.SecurityProtocol.SaslPlaintext;
        if (usesSasl && SaslMechanism is null) yield return new($"must be set for {SecurityProtocol}", [nameof(SaslMechanism)]);
    }

    /// <summary>The configuration of every client.</summary>
    public ClientConfig Client(string clientId) => new()
    {
        BootstrapServers = BootstrapServers,
        ClientId = clientId,
        SecurityProtocol = SecurityProtocol,
        SaslMechanism = SaslMechanism,
        SaslUsername = SaslUsername,
        SaslPassword = SaslPassword,
        SslCaLocation = SslCaLocation,
        SslCertificateLocation = SslCertificateLocation,
        SslKeyLocation = SslKeyLocation,
        SslKeyPassword = SslKeyPassword,
        SocketKeepaliveEnable = true,
        ReconnectBackoffMs = 100,
        ReconnectBackoffMaxMs = 2_000,   // with the default it takes up to 10 s to notice that a broker is back
    };

    /// <summary>The configuration of every client that uses the consumer group.</summary>
    public ConsumerConfig GroupClient(string clientId) => new(Client(clientId)) { GroupId = GroupId, GroupProtocol = GroupProtocol };
}
