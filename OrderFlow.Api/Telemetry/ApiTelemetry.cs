using OpenTelemetry.Trace;
using OrderFlow.Api.Cluster;
using OrderFlow.ServiceDefaults.Telemetry;
using Orleans.Diagnostics;

namespace OrderFlow.Api.Telemetry;

/// <summary>What the API tells of itself.</summary>
internal static class ApiTelemetry
{
    private static readonly string[] Meters =
    [
        ClusterClientMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "Microsoft.Orleans", "Npgsql", "System.Runtime",
    ];

    /// <summary>A trace begins with a request, and goes on through the calls of grains. What is no business of a customer's is left out.</summary>
    public static void AddApiTelemetry(this WebApplicationBuilder builder)
    {
        builder.AddJsonLogs();
        builder.AddTelemetry("orderflow-api", Meters, [ActivitySources.ApplicationGrainActivitySourceName], traces =>
            traces.AddAspNetCoreInstrumentation(http => http.Filter = context => !IsAboutThisProgram(context.Request.Path)));
    }

    /// <summary>Sends the trace with each call of a grain, where there is one.</summary>
    public static IClientBuilder UseTelemetry(this IClientBuilder client, IConfiguration configuration) =>
        OpenTelemetryVariables.SendTraces(configuration) ? client.AddActivityPropagation().AddOutgoingGrainCallFilter<UnsampledCallFilter>() : client;

    private static bool IsAboutThisProgram(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.Ordinal) || path == TelemetrySetup.MetricsPath
        || path == "/inventory/health" || path == "/notifications/health";
}
