using System.Globalization;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>The variables of OpenTelemetry's specification that are read here and not by its SDK.</summary>
internal sealed class OpenTelemetryOptions
{
    /// <summary>Where spans and metrics go; while neither this nor the variable for one kind is set, they go nowhere.</summary>
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    public const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    /// <summary>Turns all of it off.</summary>
    public const string Disabled = "OTEL_SDK_DISABLED";

    public const string SamplerName = "OTEL_TRACES_SAMPLER";
    public const string SamplerArgument = "OTEL_TRACES_SAMPLER_ARG";

    /// <summary>Which requests are traced, by one of the specification's names.</summary>
    public string Sampler { get; set; } = "parentbased_always_on";

    /// <summary>The part of them that is, from 0 to 1, for the samplers that take one.</summary>
    public string Ratio { get; set; } = "1.0";

    /// <summary>Whether spans are sent anywhere. Where they are not, none is made.</summary>
    public static bool SendTraces(IConfiguration configuration) => IsOn(configuration, TracesEndpoint);

    /// <summary>Whether metrics are sent anywhere; <c>/metrics</c> tells them in any case.</summary>
    public static bool SendMetrics(IConfiguration configuration) => IsOn(configuration, MetricsEndpoint);

    /// <summary>The sampler, or why there is none.</summary>
    public (Sampler? Sampler, string? Objection) CreateSampler()
    {
        if (!double.TryParse(Ratio, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) || ratio is not (>= 0 and <= 1))
            return (null, $"{SamplerArgument}: '{Ratio}' is no number from 0 to 1");

        return Sampler.ToLowerInvariant() switch
        {
            "always_on" => (new AlwaysOnSampler(), null),
            "always_off" => (new AlwaysOffSampler(), null),
            "traceidratio" => (new TraceIdRatioBasedSampler(ratio), null),
            "parentbased_always_on" => (new ParentBasedSampler(new AlwaysOnSampler()), null),
            "parentbased_always_off" => (new ParentBasedSampler(new AlwaysOffSampler()), null),
            "parentbased_traceidratio" => (new ParentBasedSampler(new TraceIdRatioBasedSampler(ratio)), null),
            _ => (null, $"{SamplerName}: there is no sampler '{Sampler}'; there are always_on, always_off, traceidratio, and the same with parentbased_ before"),
        };
    }

    /// <summary>Whether none of it is wanted.</summary>
    public static bool IsDisabled(IConfiguration configuration) => string.Equals(configuration[Disabled], "true", StringComparison.OrdinalIgnoreCase);

    private static bool IsOn(IConfiguration configuration, string own) =>
        !IsDisabled(configuration) && !(string.IsNullOrWhiteSpace(configuration[Endpoint]) && string.IsNullOrWhiteSpace(configuration[own]));
}

/// <summary>Stops the program at start, with a sentence that names the variable, where there is no such sampler.</summary>
internal sealed class OpenTelemetryOptionsValidator : IValidateOptions<OpenTelemetryOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OpenTelemetryOptions options) =>
        options.CreateSampler().Objection is { } objection ? ValidateOptionsResult.Fail(objection) : ValidateOptionsResult.Success;
}
