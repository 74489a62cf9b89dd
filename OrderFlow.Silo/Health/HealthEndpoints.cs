using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrderFlow.Silo.Health;

/// <summary>Health for people and probes: <c>/health</c>, <c>/health/live</c>, <c>/health/startup</c>, <c>/health/ready</c>.</summary>
internal static class HealthEndpoints
{
    /// <summary>The tag of the checks for readiness. A degraded check is reported and leaves the silo ready.</summary>
    public const string Ready = "ready";

    private const string Startup = "startup";

    public static void AddSiloHealth(this IServiceCollection services)
    {
        services.AddHealthMetrics();
        services.AddHealthChecks().AddCheck<SiloHealth>("silo", tags: [Ready, Startup]);
    }

    /// <summary>Runs all health checks periodically and exposes their results as metrics.</summary>
    public static void AddHealthMetrics(this IServiceCollection services)
    {
        services.AddSingleton<IHealthCheckPublisher, HealthMetrics>();
        services.Configure<HealthCheckPublisherOptions>(options => options.Delay = options.Period = HealthMetrics.Interval);
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health", Checks(_ => false));
        routes.MapHealthChecks("/health/live", Checks(_ => false));   // only the process: no grain and no database
        routes.MapHealthChecks("/health/startup", Checks(check => check.Tags.Contains(Startup)));
        routes.MapHealthChecks("/health/ready", Checks(check => check.Tags.Contains(Ready)));
    }

    private static HealthCheckOptions Checks(Func<HealthCheckRegistration, bool> filter) => new() { Predicate = filter, ResponseWriter = Write };

    private static Task Write(HttpContext context, HealthReport report)
    {
        var json = new JsonObject { ["status"] = NameOf(report.Status) };
        if (report.Entries.Count > 0)
            json["checks"] = new JsonObject(report.Entries.Select(check => KeyValuePair.Create(check.Key, (JsonNode?)(check.Value.Description ?? NameOf(check.Value.Status)))));
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json.ToJsonString(), context.RequestAborted);
    }

    private static string NameOf(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ok",
        HealthStatus.Degraded => "degraded",
        _ => "unavailable",
    };
}
