using System.ComponentModel.DataAnnotations;
using System.Net;

namespace OrderFlow.Silo.Cluster;

/// <summary>This silo's membership of the cluster. Settings <c>Cluster__*</c>.</summary>
internal sealed class SiloClusterOptions : IValidatableObject
{
    public const string Section = "Cluster";

    /// <summary>Silos and clients with the same id find each other.</summary>
    [Required]
    public string ClusterId { get; set; } = "orderflow";

    /// <summary>Identifies the stored data; it must stay the same across deployments.</summary>
    [Required]
    public string ServiceId { get; set; } = "orderflow";

    /// <summary>The silo's name in logs and on the dashboard.</summary>
    [Required]
    public string SiloName { get; set; } = Environment.MachineName;

    /// <summary>The IP address at which other silos and clients reach this one.</summary>
    [Required]
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>The port for other silos.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>The port for clients.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>
    /// How long another silo may take to answer its first probe; later probes adapt to its answers, between half of this and twice as much.
    /// A silo that misses three in a row, and sends nothing else meanwhile, is declared dead, and its grains move to other silos.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(AdvertisedAddress, out _)) yield return new($"{AdvertisedAddress} is not a valid IP address", [nameof(AdvertisedAddress)]);
        if (SiloPort == GatewayPort) yield return new($"must be different ports; both are {SiloPort}", [nameof(SiloPort), nameof(GatewayPort)]);
    }
}
