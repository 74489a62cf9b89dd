using System.Reflection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>What is the same in both programs: where spans and metrics go, and how a wrong setting is told.</summary>
internal static class TelemetrySetup
{
    /// <summary>Where metrics are read.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>How long what was told serves the next reader too.</summary>
    private static readonly TimeSpan MetricsServe = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Metrics for <c>/metrics</c>, and by OTLP where the environment names an endpoint; traces only there: without one nobody listens, and no span is made.
    /// </summary>
    /// <param name="builder">The program's host.</param>
    /// <param name="service">The program's name, where <c>OTEL_SERVICE_NAME</c> gives no other.</param>
    /// <param name="meters">What is measured.</param>
    /// <param name="sources">What is traced.</param>
    /// <param name="instrumentation">What else traces need.</param>
    /// <param name="beginnings">See <see cref="RootSpanSampler"/>.</param>
    public static void AddTelemetry(
        this IHostApplicationBuilder builder, string service, string[] meters, string[] sources,
        Action<TracerProviderBuilder>? instrumentation = null, params string[] beginnings)
    {
        builder.Services.AddValidatedOptions<TelemetryOptions>(TelemetryOptions.Section);
        builder.Services.AddOptions<TelemetryOptions>().Configure<IConfiguration>((options, configuration) => options.Urls = configuration[WebHostDefaults.ServerUrlsKey] ?? "");
        builder.Services.AddOptions<OpenTelemetryOptions>().Configure<IConfiguration>(Read).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<OpenTelemetryOptions>, OpenTelemetryOptionsValidator>();

        var version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(fieldCount: 3);
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(service, serviceVersion: version).AddEnvironmentVariableDetector());
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(meters).AddPrometheusExporter(options => options.ScrapeResponseCacheDurationMilliseconds = (int)MetricsServe.TotalMilliseconds);
            if (OpenTelemetryOptions.SendMetrics(builder.Configuration)) metrics.AddOtlpExporter();
        });
        if (!OpenTelemetryOptions.SendTraces(builder.Configuration)) return;

        telemetry.WithTracing(traces =>
        {
            traces.AddSource(sources).AddOtlpExporter();
            traces.SetSampler(provider => new RootSpanSampler(provider.GetRequiredService<IOptions<OpenTelemetryOptions>>().Value.CreateSampler().Sampler!, beginnings));
            instrumentation?.Invoke(traces);
        });
    }

    /// <summary>
    /// Answers <c>/metrics</c>, to anyone who can reach the port: there are numbers in it and no names of customers. Before whatever asks for tokens or
    /// counts requests.
    /// </summary>
    public static void UseMetrics(this IApplicationBuilder app)
    {
        if (OpenTelemetryOptions.IsDisabled(app.ApplicationServices.GetRequiredService<IConfiguration>())) return;   // the SDK has no exporter then

        var port = app.ApplicationServices.GetRequiredService<IOptions<TelemetryOptions>>().Value.MetricsPort;
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context =>
            context.Request.Path == MetricsPath && (port == 0 || context.Connection.LocalPort == port));
    }

    private static void Read(OpenTelemetryOptions settings, IConfiguration configuration)
    {
        if (configuration[OpenTelemetryOptions.SamplerName] is { Length: > 0 } sampler) settings.Sampler = sampler;
        if (configuration[OpenTelemetryOptions.SamplerArgument] is { Length: > 0 } ratio) settings.Ratio = ratio;
    }
}
