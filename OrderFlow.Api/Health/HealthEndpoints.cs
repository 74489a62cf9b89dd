using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Errors;
using OrderFlow.Api.OpenApi;

namespace OrderFlow.Api.Health;

/// <summary>Health, for people and for probes; anyone may ask. Only readiness and the health of inventory and notifications look beyond this process.</summary>
internal static class HealthEndpoints
{
    /// <summary>Maps the health endpoints.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("").AllowAnonymous().WithTags("Health");
        health.MapGet("/health", Alive).Describe("getHealth", "The program runs and serves requests.");
        health.MapGet("/health/live", Alive).Describe("getLiveness", "The same, for a liveness probe.");
        health.MapGet("/health/startup", Alive).Describe("getStartup", "The same, for a startup probe.");
        health.MapGet("/health/ready", Ready).Describe("getReadiness", "A silo can be reached, and the database takes its writes.", 503);
        health.MapGet("/health/reachable", Reachable)
            .Describe("getReachability", "A silo can be reached, for what spreads requests over APIs: reads are answered while the database takes no writes.", 503);
        health.MapGet("/inventory/health", Inventory).Describe("getInventoryHealth", "A silo can be reached, and the database takes its writes: stock can be changed.", 503);
        health.MapGet("/notifications/health", Notifications).Describe("getNotificationHealth", "Notifications can be queued.", 503);
    }

    /// <summary>The program runs and serves requests.</summary>
    private static Ok<HealthResponse> Alive() => TypedResults.Ok(HealthResponse.Ok);

    /// <summary>A silo can be reached. While the database takes no writes no API is ready; were all taken out of service, reads would fail too.</summary>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Reachable(ClusterHealth cluster) =>
        Answer(await cluster.Silo.IsHealthy(), "No silo can be reached.");

    /// <summary>A silo can be reached, and the database takes its writes, so requests of every kind can be answered.</summary>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Ready(ClusterHealth cluster) =>
        await cluster.Silo.IsHealthy() ? await Inventory(cluster) : Answer(healthy: false, "No silo can be reached.");

    /// <summary>A silo can be reached, and the database takes its writes.</summary>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Inventory(ClusterHealth cluster) =>
        Answer(await cluster.Database.IsHealthy(), "No silo answers whose writes to the database succeed.");

    /// <summary>Notifications can be queued in Redis, and are kept there.</summary>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Notifications(ClusterHealth cluster) =>
        Answer(await cluster.Queue.IsHealthy(), cluster.Queue.FailureReason is { } reason ? $"{reason}." : "The queue of notifications cannot be reached.");

    private static Results<Ok<HealthResponse>, ProblemHttpResult> Answer(bool healthy, string otherwise) =>
        healthy ? TypedResults.Ok(HealthResponse.Ok) : Problems.ForStatus(StatusCodes.Status503ServiceUnavailable, otherwise);
}
