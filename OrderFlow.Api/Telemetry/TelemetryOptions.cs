using System.Globalization;
using Microsoft.Extensions.Options;

namespace OrderFlow.Telemetry;

/// <summary>What is the program's own of its telemetry: the section <c>Telemetry</c> of the configuration. The rest is set by the variables that OpenTelemetry names.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Telemetry";

    /// <summary>The port, one of those in <c>ASPNETCORE_URLS</c>, at which alone <c>/metrics</c> answers; 0 for each of them.</summary>
    public int MetricsPort { get; set; }
}

/// <summary>Stops the program at start, with a sentence that names the variable, where there is no such port.</summary>
internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    private const int HighestPort = 65_535;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options) => options.MetricsPort is >= 0 and <= HighestPort
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(string.Create(CultureInfo.InvariantCulture, $"Telemetry__MetricsPort: {options.MetricsPort} is no port; 0 means every port"));
}
