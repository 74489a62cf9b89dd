using OpenTelemetry.Trace;
using OrderFlow.Api.Cluster;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Telemetry;
using Orleans.Diagnostics;

namespace OrderFlow.Api.Telemetry;

/// <summary>The API's logs, metrics and traces.</summary>
internal static class ApiTelemetry
{
    private static readonly string[] Meters =
    [
        ClusterClientMetrics.MeterName, SigningKeyMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting",
        "Microsoft.Orleans", "Npgsql", "System.Runtime",
    ];

    /// <summary>Registers telemetry. A trace starts with a request and continues in grain calls; health checks and metrics are not traced.</summary>
    public static void AddApiTelemetry(this WebApplicationBuilder builder)
    {
        builder.AddJsonLogs();
        builder.AddTelemetry("orderflow-api", Meters, [ActivitySources.ApplicationGrainActivitySourceName], traces =>
            traces.AddAspNetCoreInstrumentation(http => http.Filter = context => !IsHealthOrMetrics(context.Request.Path)));
    }

    /// <summary>Propagates the trace with each grain call, if traces are sent.</summary>
    public static IClientBuilder UseTelemetry(this IClientBuilder client, IConfiguration configuration) =>
        OpenTelemetryVariables.SendTraces(configuration) ? client.AddActivityPropagation().AddOutgoingGrainCallFilter<UnsampledCallFilter>() : client;

    private static bool IsHealthOrMetrics(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.Ordinal) || path == TelemetrySetup.MetricsPath
        || path == "/inventory/health" || path == "/notifications/health";
}
