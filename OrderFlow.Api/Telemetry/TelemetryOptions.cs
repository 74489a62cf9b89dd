using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OrderFlow.Telemetry;

/// <summary>What is the program's own of its telemetry: the section <c>Telemetry</c> of the configuration. The rest is set by the variables that OpenTelemetry names.</summary>
internal sealed class TelemetryOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Telemetry";

    private const int HighestPort = 65_535;

    /// <summary>The port, one of those in <c>ASPNETCORE_URLS</c>, at which alone <c>/metrics</c> answers; 0 for each of them.</summary>
    public int MetricsPort { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MetricsPort is < 0 or > HighestPort)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{MetricsPort} is no port; 0 means every port"), [nameof(MetricsPort)]);
    }
}
