using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Auth;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.OpenApi;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Api.Live;

/// <summary>Streams of orders' changes: <c>/orders/{id}/events</c>, and for admins <c>/orders/events</c>.</summary>
internal static class LiveEndpoints
{
    /// <summary>Registers what the endpoints need.</summary>
    public static void AddLiveOrders(this IServiceCollection services)
    {
        services.AddValidatedOptions<LiveOptions>(LiveOptions.Section);
        services.AddSingleton<ILiveFeed, LiveStreamFeed>();
        services.AddSingleton<StreamLimiter>();
        services.AddSingleton<LiveOrders>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveOrders>());
    }

    /// <summary>Maps the endpoints.</summary>
    public static void MapLiveOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders").RequireAuthorization().WithTags("Orders");
        orders.DisableRequestTimeout();
        orders.MapGet("/{id:long:min(1)}/events", FollowOne).Describe("followOrder", "Follow an order's changes", 400, 404)
            .WithDescription("Its changes so far come first.").AcceptsHeaders(LastEventId.Name);
        orders.MapGet("/events", FollowAll).RequireAuthorization(BearerTokens.AdminPolicy).Describe("followOrders", "Follow the changes of all orders");
    }

    /// <summary>Streams an order's changes: those after <c>Last-Event-ID</c>, then each new one.</summary>
    private static async Task<Results<LiveResult, ProblemHttpResult>> FollowOne(
        long id, Header<LastEventId> lastEventId, CurrentCaller current, HttpContext http, ClusterClient cluster, StreamLimiter limiter, LiveOrders live,
        TimeProvider time)
    {
        if (!lastEventId.TryGet(out var seen, out var problem)) return problem;
        if (AcquirePermit(http, limiter, current) is { } rejected) return rejected;

        // Follow before reading: a change in between is either read, or signalled.
        var follower = live.Follow(id);
        http.Response.RegisterForDispose(follower);
        var soFar = await cluster.CallWithRetry(grains => grains.GetGrain<IOrderGrain>(id).GetTransitions(current.Caller, seen.Version));
        if (soFar.Outcome != Outcome.Ok) return Problems.NotFound("There is no such order.");

        var writer = new OrderEventWriter(id, current.Caller, follower, cluster, time);
        return new LiveResult(follower, (stream, end) => writer.Write(stream, seen.Version, soFar, end));
    }

    /// <summary>Streams all orders' changes from now on.</summary>
    private static Results<LiveResult, ProblemHttpResult> FollowAll(HttpContext http, CurrentCaller current, StreamLimiter limiter, LiveOrders live)
    {
        if (AcquirePermit(http, limiter, current) is { } rejected) return rejected;

        var follower = live.FollowAll();
        http.Response.RegisterForDispose(follower);
        return new LiveResult(follower, (stream, end) => AllOrdersEventWriter.Write(stream, follower, end));
    }

    /// <summary>Acquires a permit for the duration of the response; returns the problem if there is none.</summary>
    private static ProblemHttpResult? AcquirePermit(HttpContext http, StreamLimiter limiter, CurrentCaller current)
    {
        var permit = limiter.Acquire(current.Caller.UserId, out var lease);
        if (lease is not null) http.Response.RegisterForDispose(lease);
        if (permit == StreamPermit.Acquired) return null;

        http.Response.SetRetryAfter(EventStream.ReconnectDelay);
        return permit == StreamPermit.UserLimitReached
            ? Problems.ForStatus(StatusCodes.Status429TooManyRequests, "This user has reached the maximum number of event streams.")
            : Problems.ForStatus(StatusCodes.Status503ServiceUnavailable, "The service has reached the maximum number of event streams.");
    }
}
