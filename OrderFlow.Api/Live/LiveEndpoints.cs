using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.OpenApi;
using OrderFlow.Api.Auth;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Api.Live;

/// <summary>Following orders while they change: <c>/orders/{id}/events</c>, and for admins <c>/orders/events</c>.</summary>
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
        orders.MapGet("/{id:long:min(1)}/events", FollowOne)
            .Describe("followOrder", "Tells of an order's changes as they happen, those so far first.", 400, 404).AcceptsHeaders(LastEventId.Header);
        orders.MapGet("/events", FollowAll).RequireAuthorization(BearerTokens.AdminPolicy)
            .Describe("followOrders", "Tells of the changes of all orders as they happen.");
    }

    /// <summary>Tells of an order's changes: those beyond <c>Last-Event-ID</c>, then each that happens.</summary>
    private static async Task<Results<LiveResult, ProblemHttpResult>> FollowOne(
        long id, LastEventId seen, CurrentCaller current, HttpContext http, ClusterClient cluster, StreamLimiter slots, LiveOrders live, TimeProvider time)
    {
        if (!seen.IsGood(out var refusal)) return refusal;
        if (NoRoom(http, slots, current) is { } full) return full;

        // Followed first and read then: what changes in between is seen by the reading, or is a reason to read again.
        var reader = live.Follow(id);
        http.Response.RegisterForDispose(reader);
        var soFar = await cluster.CallWithRetry(grains => grains.GetGrain<IOrderGrain>(id).GetTransitions(current.Caller, seen.Version));
        if (soFar.Outcome != Outcome.Ok) return Problems.NotFound("There is no such order.");

        var order = new OrderEventWriter(id, current.Caller, reader, cluster, time);
        return new LiveResult(reader, (stream, end) => order.Write(stream, seen.Version, soFar, end));
    }

    /// <summary>Tells of all orders' changes from now on.</summary>
    private static Results<LiveResult, ProblemHttpResult> FollowAll(HttpContext http, CurrentCaller current, StreamLimiter slots, LiveOrders live)
    {
        if (NoRoom(http, slots, current) is { } full) return full;

        var reader = live.FollowAll();
        http.Response.RegisterForDispose(reader);
        return new LiveResult(reader, (stream, end) => AllOrdersEventWriter.Write(stream, reader, end));
    }

    /// <summary>Takes room for a stream; null, or why there is none.</summary>
    private static ProblemHttpResult? NoRoom(HttpContext http, StreamLimiter slots, CurrentCaller current)
    {
        var room = slots.Acquire(current.Caller.UserId, out var slot);
        if (slot is not null) http.Response.RegisterForDispose(slot);
        if (room == StreamPermit.Acquired) return null;

        http.Response.SetRetryAfter(EventStream.ReconnectDelay);
        return room == StreamPermit.UserLimitReached
            ? Problems.ForStatus(StatusCodes.Status429TooManyRequests, "This user follows as many streams of events as a user may.")
            : Problems.ForStatus(StatusCodes.Status503ServiceUnavailable, "There are as many streams of events as there may be.");
    }
}
