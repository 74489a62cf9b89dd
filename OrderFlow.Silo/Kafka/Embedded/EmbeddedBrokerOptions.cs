using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Silo.Kafka.Embedded;

/// <summary>Settings of the embedded broker, <c>Kafka__*</c>.</summary>
internal sealed class EmbeddedBrokerOptions
{
    public const string Section = "Kafka";

    /// <summary>Partitions of each topic.</summary>
    [Range(1, 1_000)]
    public int TopicPartitions { get; set; } = 12;

    /// <summary>Brokers of the cluster, each on a port of its own.</summary>
    [Range(1, 9)]
    public int Brokers { get; set; } = 1;
}
