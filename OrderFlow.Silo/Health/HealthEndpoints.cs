using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrderFlow.Silo.Health;

/// <summary>The program's health for people and probes: <c>/health</c>, <c>/health/live</c>, <c>/health/startup</c>, <c>/health/ready</c>.</summary>
internal static class HealthEndpoints
{
    /// <summary>The tag of what readiness looks at. What is degraded is told of, and leaves the silo ready.</summary>
    public const string Ready = "ready";

    private const string Startup = "startup";

    public static void AddSiloHealth(this IServiceCollection services)
    {
        services.AddHealthMetrics();
        services.AddHealthChecks()
            .AddCheck<SiloHealth>("silo", tags: [Ready, Startup])
            .AddCheck<PostgresHealth>("postgres", tags: [Ready]);
    }

    /// <summary>Runs all health checks now and then, and has their results in metrics.</summary>
    public static void AddHealthMetrics(this IServiceCollection services)
    {
        services.AddSingleton<IHealthCheckPublisher, HealthMetrics>();
        services.Configure<HealthCheckPublisherOptions>(options => options.Delay = options.Period = HealthMetrics.Interval);
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health", Answer(_ => false));
        routes.MapHealthChecks("/health/live", Answer(_ => false));   // the process answers: no grain and no database is asked
        routes.MapHealthChecks("/health/startup", Answer(check => check.Tags.Contains(Startup)));
        routes.MapHealthChecks("/health/ready", Answer(check => check.Tags.Contains(Ready)));
    }

    private static HealthCheckOptions Answer(Func<HealthCheckRegistration, bool> which) => new() { Predicate = which, ResponseWriter = Write };

    private static async Task Write(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", NameOf(report.Status));
        if (report.Entries.Count > 0)
        {
            json.WriteStartObject("checks");
            foreach (var (name, entry) in report.Entries) json.WriteString(name, entry.Description ?? NameOf(entry.Status));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string NameOf(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ok",
        HealthStatus.Degraded => "degraded",
        _ => "unavailable",
    };
}
