using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Api.Cluster;

/// <summary>Which cluster to call: the section <c>Cluster</c>, with the same values as the silos'.</summary>
internal sealed class ClusterClientOptions
{
    public const string Section = "Cluster";

    /// <summary>Silos and clients with the same id find each other.</summary>
    [Required(ErrorMessage = "is empty; it must be the same as the silos'")]
    public string ClusterId { get; set; } = "orderflow";

    /// <summary>The service that the silos host.</summary>
    [Required(ErrorMessage = "is empty; it must be the same as the silos'")]
    public string ServiceId { get; set; } = "orderflow";
}
