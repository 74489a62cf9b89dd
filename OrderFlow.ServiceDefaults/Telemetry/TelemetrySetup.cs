using System.Reflection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>Registers what both programs share of metrics and traces.</summary>
internal static class TelemetrySetup
{
    /// <summary>The path that Prometheus scrapes.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>How long the response to a scrape is cached for other scrapers.</summary>
    private static readonly TimeSpan MetricsCacheDuration = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Registers metrics for <c>/metrics</c>, and for OTLP if the environment names an endpoint. Traces are sent by OTLP only: without an endpoint no span is created.
    /// </summary>
    /// <param name="builder">The program's host.</param>
    /// <param name="service">The program's name, unless <c>OTEL_SERVICE_NAME</c> gives another.</param>
    /// <param name="meters">The meters to collect.</param>
    /// <param name="sources">The activity sources to trace.</param>
    /// <param name="instrumentation">Adds instrumentation to traces.</param>
    /// <param name="rootSpans">See <see cref="RootSpanSampler"/>.</param>
    public static void AddTelemetry(
        this IHostApplicationBuilder builder, string service, string[] meters, string[] sources,
        Action<TracerProviderBuilder>? instrumentation = null, params string[] rootSpans)
    {
        builder.Services.AddValidatedOptions<TelemetryOptions>(TelemetryOptions.Section);
        builder.Services.AddOptions<TelemetryOptions>().Configure<IConfiguration>(ReadVariables);

        var version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(fieldCount: 3);
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(service, serviceVersion: version).AddEnvironmentVariableDetector());
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(meters).AddPrometheusExporter(options => options.ScrapeResponseCacheDurationMilliseconds = (int)MetricsCacheDuration.TotalMilliseconds);
            if (OpenTelemetryVariables.SendMetrics(builder.Configuration)) metrics.AddOtlpExporter();
        });
        if (!OpenTelemetryVariables.SendTraces(builder.Configuration)) return;

        telemetry.WithTracing(traces =>
        {
            traces.AddSource(sources).AddOtlpExporter();
            traces.SetSampler(provider => new RootSpanSampler(provider.GetRequiredService<IOptions<TelemetryOptions>>().Value.CreateSampler().Sampler!, rootSpans));
            instrumentation?.Invoke(traces);
        });
    }

    /// <summary>
    /// Serves <c>/metrics</c> to anyone who can reach the port: it holds numbers and no names of customers. Place it before authentication and rate limiting.
    /// </summary>
    public static void UseMetrics(this IApplicationBuilder app)
    {
        if (OpenTelemetryVariables.IsDisabled(app.ApplicationServices.GetRequiredService<IConfiguration>())) return;   // the SDK has no exporter then

        var port = app.ApplicationServices.GetRequiredService<IOptions<TelemetryOptions>>().Value.MetricsPort;
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context =>
            context.Request.Path == MetricsPath && (port == 0 || context.Connection.LocalPort == port));
    }

    private static void ReadVariables(TelemetryOptions options, IConfiguration configuration)
    {
        options.Urls = configuration[WebHostDefaults.ServerUrlsKey] ?? "";
        if (configuration[OpenTelemetryVariables.Sampler] is { Length: > 0 } sampler) options.Sampler = sampler;
        if (configuration[OpenTelemetryVariables.SamplerRatio] is { Length: > 0 } ratio) options.SamplerRatio = ratio;
    }
}
