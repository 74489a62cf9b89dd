using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Lists;
using OrderFlow.Api.OpenApi;
using OrderFlow.Api.Auth;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>The resource <c>/orders</c>, design §7. The order's grain decides who may do what.</summary>
internal static class OrderEndpoints
{
    /// <summary>Maps the resource.</summary>
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders").RequireAuthorization().WithTags("Orders");
        orders.MapPost("/", Place).Describe("placeOrder", "Places an order; reserving stock goes on after the answer.", 403, 422)
            .AcceptsHeaders(IdempotencyKey.Header, PreferredWait.Header);
        orders.MapGet("/", List).Describe("listOrders", "Lists orders, newest first: one's own, or all for an admin.", 400, 403);
        orders.MapGet("/{id:long:min(1)}", Get).Describe("getOrder", "An order as it is now.", 404, 412)
            .AcceptsHeaders(HeaderNames.IfMatch, HeaderNames.IfNoneMatch);
        orders.MapPatch("/{id:long:min(1)}/status", ChangeStatus)
            .Describe("changeOrderStatus", "Cancels an order, or has a failed one tried again (admins).", 403, 404, 409, 412)
            .AcceptsHeaders(HeaderNames.IfMatch);
        orders.MapDelete("/{id:long:min(1)}", Delete).Describe("deleteOrder", "Gives back what an order holds, then removes it.", 400, 404, 409, 412)
            .AcceptsHeaders(HeaderNames.IfMatch);
    }

    /// <summary>Places an order. It is stored as pending; reserving stock goes on after the answer, which waits for it where the client prefers that.</summary>
    private static async Task<Results<Created<OrderResponse>, ProblemHttpResult>> Place(
        JsonBody<PlaceOrderRequest> body, IdempotencyKey key, HttpContext http, CurrentCaller current, OrderPlacer placing, ClusterClient cluster)
    {
        if (!body.TryGet(out var request, out var refusal)) return refusal;
        if (!key.IsGood(out refusal)) return refusal;
        if (!current.Caller.MayActFor(request.UserId!)) return NotForYou();
        if (await ProductIdResolver.Validate(cluster, request.Items!) is { IsEmpty: false } unknown) return Problems.Invalid(unknown);

        var command = request.ToCommand(current.Caller);
        var (use, result) = key.Value is { } value ? await placing.PlaceOnce(cluster, value, command) : new(KeyUse.First, await placing.Place(cluster, command));
        if (use == KeyUse.OtherCommand) return Problems.IdempotencyKeyReused();
        if (use == KeyUse.Repeated) http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        if (result is not { Outcome: Outcome.Ok, Order: { } placed }) return Refusal(result!);

        if (PreferredWait.Parse(http.Request.Headers[PreferredWait.Header]) is { } wait)
        {
            http.Response.Headers[PreferredWait.AppliedHeader] = PreferredWait.AppliedValue(wait);
            placed = await placing.WaitForOutcome(cluster, placed, current.Caller, wait, http.RequestAborted);
        }

        http.Response.Headers.ETag = IfMatch.ToETag(placed.Version);
        return TypedResults.Created($"/orders/{placed.Id}", OrderResponse.Of(placed));
    }

    /// <summary>Lists orders, newest first: one's own, or all for an admin.</summary>
    private static async Task<Results<Ok<PageResponse<OrderResponse>>, ProblemHttpResult>> List(
        string? status, string? userId, string? page, string? limit, string? cursor, CurrentCaller current, ClusterClient cluster)
    {
        var violations = new ValidationErrors();
        var query = OrderListParameters.Read(status, userId, page, limit, cursor, violations);
        if (!violations.IsEmpty) return Problems.Invalid(violations);

        var list = await cluster.CallWithRetry(grains => grains.GetGrain<IOrderQueryGrain>(0).List(query, current.Caller));
        return list is { Outcome: Outcome.Ok, Page: { } found }
            ? TypedResults.Ok(PageResponse.Of(found, OrderResponse.Of).WithCursor(query.After is not null, last => OrderCursor.After(last.CreatedAt, last.Id)))
            : NotForYou();
    }

    /// <summary>The order as it is persisted now.</summary>
    private static async Task<Results<Ok<OrderResponse>, NotModified, ProblemHttpResult>> Get(
        long id, IfMatch ifMatch, IfNoneMatch ifNoneMatch, HttpResponse response, CurrentCaller current, ClusterClient cluster)
    {
        if (!ifMatch.IsGood(out var refusal) || !ifNoneMatch.IsGood(out refusal)) return refusal;

        var result = await cluster.CallWithRetry(grains => grains.GetGrain<IOrderGrain>(id).Get(current.Caller));
        if (result is not { Outcome: Outcome.Ok, Order: { } order }) return Refusal(result);
        if (!ifMatch.Version.Allows(order.Version)) return Refusal(new(Outcome.Stale));

        response.Headers.ETag = IfMatch.ToETag(order.Version);
        return ifNoneMatch.Matches(order.Version) ? new NotModified() : TypedResults.Ok(OrderResponse.Of(order));
    }

    /// <summary>Cancels an order, or has a failed one tried again (admins).</summary>
    private static async Task<Results<Ok<OrderResponse>, ProblemHttpResult>> ChangeStatus(
        long id, JsonBody<ChangeStatusRequest> body, IfMatch ifMatch, HttpResponse response, CurrentCaller current, ClusterClient cluster)
    {
        if (!body.TryGet(out var request, out var refusal)) return refusal;
        if (!ifMatch.IsGood(out refusal)) return refusal;

        var tries = 0;
        Task<OrderResult> Change(IGrainFactory grains)
        {
            tries++;
            return grains.GetGrain<IOrderGrain>(id).ChangeStatus(request.Target, current.Caller, ifMatch.Version);
        }

        // To cancel again has no effect. To have a failed order tried again may have: it can have failed anew before the second call.
        var result = await (request.Target == OrderStatus.Cancelled ? cluster.CallWithRetry(Change) : cluster.CallOnce(Change));

        // A try whose answer was lost may have made the version stale, by the very change that was asked for. Where somebody else made the same change,
        // the order is as was asked too, and may be said to be (RFC 9110 §13.1.1).
        if (result is { Outcome: Outcome.Stale, Order: { } order } && tries > 1 && order.Status == request.Target) result = OrderResult.Ok(order);
        return Answer(response, result);
    }

    /// <summary>Releases what an order holds, then removes it.</summary>
    private static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> Delete(
        long id, IfMatch ifMatch, CurrentCaller current, ClusterClient cluster)
    {
        if (!ifMatch.IsGood(out var refusal)) return refusal;

        var tries = 0;
        var result = await cluster.CallWithRetry(grains =>
        {
            tries++;
            return grains.GetGrain<IOrderGrain>(id).Delete(current.Caller, ifMatch.Version);
        });

        // A try whose answer was lost may have removed it.
        var isGone = result.Outcome == Outcome.Ok || (result.WasDeletedBefore && tries > 1);
        return isGone ? TypedResults.Ok(new MessageResponse("Order deleted")) : Refusal(result);
    }

    private static Results<Ok<OrderResponse>, ProblemHttpResult> Answer(HttpResponse response, OrderResult result)
    {
        if (result is not { Outcome: Outcome.Ok, Order: { } order }) return Refusal(result);

        response.Headers.ETag = IfMatch.ToETag(order.Version);
        return TypedResults.Ok(OrderResponse.Of(order));
    }

    private static ProblemHttpResult Refusal(OrderResult result) => result switch
    {
        { Outcome: Outcome.NotFound } => Problems.NotFound("There is no such order."),
        { Outcome: Outcome.Forbidden } => Problems.Forbidden(result.Reason ?? "This caller may not do this with the order."),
        { Outcome: Outcome.Conflict, AllowedStatuses.IsDefault: true } => Problems.Conflict(result.Reason),
        { Outcome: Outcome.Conflict } => Problems.Conflict(result.Reason, result.AllowedStatuses),
        { Outcome: Outcome.Stale } => Problems.PreconditionFailed("The order is not in the version that If-Match names; read it again."),
        _ => throw new InvalidOperationException($"The order grain answered {result.Outcome} without an order."),
    };

    private static ProblemHttpResult NotForYou() => Problems.Forbidden("Only an admin may act for another user.");
}
