using System.ComponentModel.DataAnnotations;
using System.Net;

namespace OrderFlow.Silo.Cluster;

/// <summary>How this silo takes part in the cluster. Settings <c>Cluster__*</c>.</summary>
internal sealed class SiloClusterOptions : IValidatableObject
{
    public const string Section = "Cluster";

    private static readonly TimeSpan ShortestProbe = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestProbe = TimeSpan.FromMinutes(1);

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

    /// <summary>
    /// How long another silo may take to answer a probe at first; from then on it is as long as its answers suggest, from half of this to twice as much.
    /// One that misses three in a row, and from which nothing else comes in all that time either, is declared dead: its grains go on elsewhere.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(AdvertisedAddress, out _)) yield return new($"{AdvertisedAddress} is no IP address", [nameof(AdvertisedAddress)]);
        if (ProbeTimeout < ShortestProbe || ProbeTimeout > LongestProbe) yield return new($"{ProbeTimeout} is not from {ShortestProbe} to {LongestProbe}", [nameof(ProbeTimeout)]);
        if (SiloPort == GatewayPort) yield return new($"{SiloPort} cannot serve both", [nameof(SiloPort), nameof(GatewayPort)]);
    }
}
