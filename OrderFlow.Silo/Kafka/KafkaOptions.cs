using System.ComponentModel.DataAnnotations;
using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>Where Kafka is and how it is used. Settings <c>Kafka__*</c>; those of security are passed to librdkafka as they are.</summary>
internal sealed class KafkaOptions : IValidatableObject
{
    public const string Section = "Kafka";

    /// <summary>One or several <c>host:port</c>, apart by commas.</summary>
    [Required(ErrorMessage = "Kafka__BootstrapServers is not set: the silo needs the brokers' addresses, such as kafka-1:9092,kafka-2:9092")]
    public string BootstrapServers { get; set; } = "";

    /// <summary>Partitions of a topic that is created here; one that is there already keeps its own.</summary>
    [Range(1, 1_000)]
    public int TopicPartitions { get; set; } = 12;

    /// <summary>Replicas of a topic that is created here; -1 leaves it to the broker.</summary>
    [Range(-1, 32)]
    public short ReplicationFactor { get; set; } = -1;

    /// <summary>The consumer group that feeds the notifications.</summary>
    [Required]
    public string GroupId { get; set; } = "orderflow-notifications";

    /// <summary><c>consumer</c> is KIP-848, which Kafka has from 4.0 on; older brokers need <c>classic</c>.</summary>
    public GroupProtocol GroupProtocol { get; set; } = GroupProtocol.Consumer;

    /// <summary>How batches are compressed. Consumers find out by themselves.</summary>
    public CompressionType Compression { get; set; } = CompressionType.Lz4;

    /// <summary>How many consumed messages may be on their way through the notifications at once, for each silo.</summary>
    [Range(1, 10_000)]
    public int MaxInFlight { get; set; } = 256;

    public SecurityProtocol? SecurityProtocol { get; set; }

    public SaslMechanism? SaslMechanism { get; set; }

    public string? SaslUsername { get; set; }

    public string? SaslPassword { get; set; }

    /// <summary>PEM file with the authorities that brokers' certificates are checked by.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>PEM file with the certificate this client shows, where brokers ask for one.</summary>
    public string? SslCertificateLocation { get; set; }

    public string? SslKeyLocation { get; set; }

    public string? SslKeyPassword { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ReplicationFactor == 0) yield return new("0 replicas cannot be; -1 leaves it to the broker", [nameof(ReplicationFactor)]);

        foreach (var (name, path) in new[] { (nameof(SslCaLocation), SslCaLocation), (nameof(SslCertificateLocation), SslCertificateLocation), (nameof(SslKeyLocation), SslKeyLocation) })
        {
            if (path is not null && !File.Exists(path)) yield return new($"there is no file {path}", [name]);
        }

        var usesSasl = SecurityProtocol is Confluent.Kafka.SecurityProtocol.SaslSsl or Confluent.Kafka.SecurityProtocol.SaslPlaintext;
        if (usesSasl && SaslMechanism is null) yield return new($"{SecurityProtocol} needs one", [nameof(SaslMechanism)]);
    }

    /// <summary>What producers and consumers have in common.</summary>
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
        ReconnectBackoffMaxMs = 2_000,   // the default would find a broker that is back up to 10 s late
    };
}
