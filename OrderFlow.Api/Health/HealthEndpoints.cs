using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Errors;
using OrderFlow.Api.OpenApi;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Health;

/// <summary>Health for people and probes, without a token. Health, liveness and startup check this process only.</summary>
internal static class HealthEndpoints
{
    private const string NoSilo = "No silo can be reached.";

    /// <summary>Maps the health endpoints.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("").AllowAnonymous().WithTags("Health");
        health.MapGet("/health", Alive).Describe("getHealth", "Check that the API runs");
        health.MapGet("/health/live", Alive).Describe("getLiveness", "Check liveness");
        health.MapGet("/health/startup", Alive).Describe("getStartup", "Check startup");
        health.MapGet("/health/ready", Ready).Describe("getReadiness", "Check readiness", 503)
            .WithDescription("A silo can be reached, the database accepts writes, and the keys that verify tokens are known.");
        health.MapGet("/health/reachable", Reachable).Describe("getReachability", "Check reachability", 503)
            .WithDescription("A silo can be reached, and the keys that verify tokens are known. For load balancers: reads are answered while the database accepts no writes.");
        health.MapGet("/inventory/health", Inventory).Describe("getInventoryHealth", "Check that stock can be changed", 503)
            .WithDescription("A silo can be reached, and the database accepts writes.");
        health.MapGet("/notifications/health", Notifications).Describe("getNotificationHealth", "Check that notifications can be queued", 503);
    }

    private static Ok<HealthResponse> Alive() => TypedResults.Ok(HealthResponse.Ok);

    /// <summary>
    /// A silo can be reached, and the identity provider's keys were fetched once: while the provider is away, an update does not replace processes that know its
    /// keys with ones that do not. During a database outage no API is ready; if all were taken out of service, reads would fail too.
    /// </summary>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Reachable(ClusterHealth cluster, SigningKeys keys) =>
        keys.Current is null ? Answer(isHealthy: false, "The identity provider's keys could not be fetched yet.") : Answer(await cluster.Silo.IsHealthy(), NoSilo);

    /// <summary>It is reachable, and its database accepts writes, so requests of every kind can be answered.</summary>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Ready(ClusterHealth cluster, SigningKeys keys) =>
        await Reachable(cluster, keys) is { Result: ProblemHttpResult } unreachable ? unreachable : await Inventory(cluster);

    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Inventory(ClusterHealth cluster) =>
        Answer(await cluster.Database.IsHealthy(), "No silo can be reached whose database accepts writes.");

    /// <summary>Notifications can be queued in Redis, and are kept there.</summary>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Notifications(ClusterHealth cluster) =>
        Answer(await cluster.Queue.IsHealthy(), cluster.Queue.FailureReason is { } reason ? $"{reason}." : "The notification queue cannot be reached.");

    private static Results<Ok<HealthResponse>, ProblemHttpResult> Answer(bool isHealthy, string error) =>
        isHealthy ? TypedResults.Ok(HealthResponse.Ok) : Problems.ForStatus(StatusCodes.Status503ServiceUnavailable, error);
}
