using System.ComponentModel.DataAnnotations;
using System.Globalization;
using OrderFlow.ServiceDefaults.Health;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>What is the program's own of its telemetry: the section <c>Telemetry</c> of the configuration. The rest is set by the variables that OpenTelemetry names.</summary>
internal sealed class TelemetryOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Telemetry";

    private const int HighestPort = 65_535;

    /// <summary>What <see cref="Urls"/> has where the system chooses the port.</summary>
    private const int AnyPort = 0;

    /// <summary>The port, one of those in <c>ASPNETCORE_URLS</c>, at which alone <c>/metrics</c> answers; 0 for each of them.</summary>
    public int MetricsPort { get; set; }

    /// <summary>Where the program listens, by <c>ASPNETCORE_URLS</c>; empty where something else says so.</summary>
    internal string Urls { get; set; } = "";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MetricsPort is < 0 or > HighestPort)
            yield return Wrong("is no port; 0 means every port");
        else if (MetricsPort != 0 && Urls.Length > 0 && !ListenUrls.Read(Urls).Any(listen => listen.Port == MetricsPort || listen.Port == AnyPort))
            yield return Wrong($"is no port of ASPNETCORE_URLS, which is {Urls}");
    }

    private ValidationResult Wrong(string why) => new(string.Create(CultureInfo.InvariantCulture, $"{MetricsPort} {why}"), [nameof(MetricsPort)]);
}
