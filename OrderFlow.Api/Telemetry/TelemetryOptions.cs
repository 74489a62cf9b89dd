using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;

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

/// <summary>Stops the program at start where nobody would ever listen at the port for metrics.</summary>
internal sealed class MetricsPortValidator(IConfiguration configuration) : IValidateOptions<TelemetryOptions>
{
    /// <summary>Which one it is, is known once the program listens.</summary>
    private const int AnyPort = 0;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        var urls = configuration[WebHostDefaults.ServerUrlsKey];
        if (options.MetricsPort == 0 || string.IsNullOrEmpty(urls)) return ValidateOptionsResult.Skip;

        return urls.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(url => BindingAddress.Parse(url).Port).Any(port => port == options.MetricsPort || port == AnyPort)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(string.Create(
                CultureInfo.InvariantCulture, $"{TelemetryOptions.Section}__{nameof(options.MetricsPort)}: {options.MetricsPort} is no port of ASPNETCORE_URLS, which is {urls}"));
    }
}
