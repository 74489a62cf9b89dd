using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using OpenTelemetry.Trace;
using OrderFlow.ServiceDefaults.Health;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>The section <c>Telemetry</c>, and those of OpenTelemetry's variables that its SDK does not read by itself.</summary>
internal sealed class TelemetryOptions : IValidatableObject
{
    public const string Section = "Telemetry";

    /// <summary>The port in <see cref="Urls"/> for which the operating system chooses one.</summary>
    private const int AnyPort = 0;

    /// <summary>The only port, one of those in <c>ASPNETCORE_URLS</c>, at which <c>/metrics</c> answers; 0 for each of them.</summary>
    public int MetricsPort { get; set; }

    /// <summary>The addresses in <c>ASPNETCORE_URLS</c>; empty if the program gets them in another way.</summary>
    internal string Urls { get; set; } = "";

    /// <summary>Which requests are traced, by one of the names in OpenTelemetry's specification: <c>OTEL_TRACES_SAMPLER</c>.</summary>
    internal string Sampler { get; set; } = "parentbased_always_on";

    /// <summary>The ratio of traced requests, 0 to 1, for the samplers that take one: <c>OTEL_TRACES_SAMPLER_ARG</c>.</summary>
    internal string SamplerRatio { get; set; } = "1.0";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MetricsPort is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
            yield return PortError("is not a valid port; 0 means every port");
        else if (MetricsPort != 0 && Urls.Length > 0 && !ListenUrls.Read(Urls).Any(listen => listen.Port == MetricsPort || listen.Port == AnyPort))
            yield return PortError($"is not a port of ASPNETCORE_URLS, which is {Urls}");
        if (CreateSampler().Error is { } error)
            yield return new(error);
    }

    /// <summary>Creates the sampler, or says why it cannot be created.</summary>
    public (Sampler? Sampler, string? Error) CreateSampler()
    {
        if (!double.TryParse(SamplerRatio, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) || ratio is not (>= 0 and <= 1))
            return (null, $"{OpenTelemetryVariables.SamplerRatio}: '{SamplerRatio}' is not a number from 0 to 1");

        return Sampler.ToLowerInvariant() switch
        {
            "always_on" => (new AlwaysOnSampler(), null),
            "always_off" => (new AlwaysOffSampler(), null),
            "traceidratio" => (new TraceIdRatioBasedSampler(ratio), null),
            "parentbased_always_on" => (new ParentBasedSampler(new AlwaysOnSampler()), null),
            "parentbased_always_off" => (new ParentBasedSampler(new AlwaysOffSampler()), null),
            "parentbased_traceidratio" => (new ParentBasedSampler(new TraceIdRatioBasedSampler(ratio)), null),
            _ => (null, $"{OpenTelemetryVariables.Sampler}: '{Sampler}' is not a valid sampler; valid are always_on, always_off, traceidratio, and each of them after parentbased_"),
        };
    }

    private ValidationResult PortError(string error) => new(string.Create(CultureInfo.InvariantCulture, $"{MetricsPort} {error}"), [nameof(MetricsPort)]);
}
