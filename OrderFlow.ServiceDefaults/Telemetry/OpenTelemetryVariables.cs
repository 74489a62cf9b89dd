namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>The variables of OpenTelemetry's specification that the programs read themselves.</summary>
internal static class OpenTelemetryVariables
{
    /// <summary>Where spans and metrics are sent. While neither this nor the variable for one kind is set, that kind is not sent.</summary>
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    public const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    /// <summary>Disables all telemetry.</summary>
    public const string Disabled = "OTEL_SDK_DISABLED";

    public const string Sampler = "OTEL_TRACES_SAMPLER";
    public const string SamplerRatio = "OTEL_TRACES_SAMPLER_ARG";

    /// <summary>True if spans are sent. Otherwise none is created.</summary>
    public static bool SendTraces(IConfiguration configuration) => IsSet(configuration, TracesEndpoint);

    /// <summary>True if metrics are sent; <c>/metrics</c> serves them in any case.</summary>
    public static bool SendMetrics(IConfiguration configuration) => IsSet(configuration, MetricsEndpoint);

    /// <summary>True if all telemetry is disabled.</summary>
    public static bool IsDisabled(IConfiguration configuration) => string.Equals(configuration[Disabled], "true", StringComparison.OrdinalIgnoreCase);

    private static bool IsSet(IConfiguration configuration, string specific) =>
        !IsDisabled(configuration) && !(string.IsNullOrWhiteSpace(configuration[Endpoint]) && string.IsNullOrWhiteSpace(configuration[specific]));
}
