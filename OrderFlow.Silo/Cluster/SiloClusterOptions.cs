using System.ComponentModel.DataAnnotations;
using System.Net;

namespace OrderFlow.Silo.Cluster;

/// <summary>How this silo takes part in the cluster. Settings <c>Cluster__*</c>.</summary>
internal sealed class SiloClusterOptions : IValidatableObject
{
    public const string Section = "Cluster";

    /// <summary>Silos and clients with the same id find each other.</summary>
    [Required]
    public string ClusterId { get; set; } = "orderflow";

    /// <summary>Names the data: it stays the same from one deployment to the next.</summary>
    [Required]
    public string ServiceId { get; set; } = "orderflow";

    /// <summary>This silo's name in logs and on the dashboard.</summary>
    [Required]
    public string SiloName { get; set; } = Environment.MachineName;

    /// <summary>The IP address other silos and clients reach this one at.</summary>
    [Required]
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>Where other silos reach this one.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Where clients reach this one.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(AdvertisedAddress, out _)) yield return new($"{AdvertisedAddress} is no IP address", [nameof(AdvertisedAddress)]);
        if (SiloPort == GatewayPort) yield return new($"{SiloPort} cannot serve both", [nameof(SiloPort), nameof(GatewayPort)]);
    }
}
