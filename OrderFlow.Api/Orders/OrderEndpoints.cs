using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Auth;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Lists;
using OrderFlow.Api.OpenApi;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Orders;

/// <summary>The resource <c>/orders</c>. The order's grain authorizes the caller.</summary>
internal static class OrderEndpoints
{
    /// <summary>Maps the resource.</summary>
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders").RequireAuthorization().WithTags("Orders");
        orders.MapPost("/", Place).Describe("placeOrder", "Place an order", 403, 422)
            .WithDescription("It is stored as pending; stock is reserved after the response. Its `contact` is notified, by default the token's `email` if `email_verified` is true.").AcceptsHeaders(IdempotencyKey.Name, PreferredWait.Header);
        orders.MapGet("/", List).Describe("listOrders", "List orders, newest first", 400, 403)
            .WithDescription(
                "The caller's own orders, or all for an admin and for the roles payments and fulfilment. An order must match every filter. "
                + "`total` is absent with `createdFrom`, `createdTo` or `productId`.");
        orders.MapGet("/{id:long:min(1)}", Get).Describe("getOrder", "Get an order", 404, 412).AcceptsHeaders(IfMatch.Name, IfNoneMatch.Name)
            .Produces(StatusCodes.Status304NotModified);
        orders.MapGet("/{id:long:min(1)}/history", GetHistory).RequireAuthorization(BearerTokens.AdminPolicy)
            .Describe("getOrderHistory", "List an order's changes of status", 404).WithDescription($"The last {Limits.Transitions} changes, oldest first, and who made them.");
        orders.MapPatch("/{id:long:min(1)}/status", ChangeStatus).Describe("changeOrderStatus", "Cancel, confirm, fulfil or retry an order", 403, 404, 409, 412)
            .WithDescription(
                "The owner may cancel an order until it is confirmed. The role payments may confirm a reserved order; the role fulfilment may fulfil a reserved "
                + "or confirmed one. An admin may do all that, cancel with a reason, and retry a failed order with the status pending.")
            .AcceptsHeaders(IfMatch.Name);
        orders.MapDelete("/{id:long:min(1)}", Delete).Describe("deleteOrder", "Release an order's stock and delete it", 400, 403, 404, 409, 412)
            .WithDescription("Only an admin may delete a confirmed order. Units of a fulfilled order stay consumed.")
            .AcceptsHeaders(IfMatch.Name);
    }

    /// <summary>Places an order. It is stored as pending; stock is reserved after the response, which waits for it if the client prefers that.</summary>
    private static async Task<Results<Created<OrderResponse>, ProblemHttpResult>> Place(
        JsonBody<PlaceOrderRequest> body, Header<IdempotencyKey> keyHeader, HttpContext http, CurrentCaller current, OrderPlacer placer, ContactRules contacts,
        ClusterClient cluster, RollingUpgrade upgrade)
    {
        if (!body.TryGet(out var request, out var problem)) return problem;
        if (!keyHeader.TryGet(out var key, out problem)) return problem;
        if (!current.Caller.MayActFor(request.UserId!)) return Problems.Forbidden("Only an admin may act for another user.");
        var (command, forbidden) = contacts.Apply(request.ToCommand(current.Caller), current);
        if (forbidden is not null) return Problems.Forbidden(forbidden);
        if (await ProductIdResolver.Validate(cluster, request.Items!) is { IsEmpty: false } errors) return Problems.Invalid(errors);
        if (command.NeedsUpgradedSilos && !upgrade.IsComplete()) throw NotSupportedYet();

        var (use, result) = key.Key is { } value ? await placer.PlaceOnce(cluster, value, command) : new(KeyUse.First, await placer.Place(cluster, command));
        if (use == KeyUse.OtherCommand) return Problems.IdempotencyKeyReused();
        if (use == KeyUse.Repeated) http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        if (result is not { Outcome: Outcome.Ok, Order: { } placed }) return ProblemOf(result!);

        if (PreferredWait.Parse(http.Request.Headers[PreferredWait.Header]) is { } wait)
        {
            http.Response.Headers[PreferredWait.AppliedHeader] = PreferredWait.AppliedValue(wait);
            placed = await placer.WaitForOutcome(cluster, placed, current.Caller, wait, http.RequestAborted);
        }

        http.Response.Headers.ETag = IfMatch.ToETag(placed.Version);
        return TypedResults.Created($"/orders/{placed.Id}", OrderResponse.Of(placed, current.Caller));
    }

    /// <summary>Lists orders, newest first: the caller's own, or all where <see cref="Caller.SeesAll"/>.</summary>
    private static async Task<Results<Ok<PageResponse<OrderResponse>>, ProblemHttpResult>> List(
        string? status, string? userId, string? createdFrom, string? createdTo, string? productId, string? page, string? limit, string? cursor,
        CurrentCaller current, ClusterClient cluster)
    {
        var errors = new ValidationErrors();
        var filters = OrderFilters.Read(status, userId, createdFrom, createdTo, productId, errors);
        var paging = PageParameters.Read(page, limit, errors);
        var after = PageParameters.ReadCursor(cursor, page, OrderCursor.Parse, errors);
        if (!errors.IsEmpty) return Problems.Invalid(errors);

        var query = await filters.ToQuery(cluster, paging, after);
        var list = await cluster.CallWithRetry(grains =>
            query.IsSearch ? grains.GetNewGrain<IOrderSearchGrain>(0).List(query, current.Caller) : grains.GetGrain<IOrderQueryGrain>(0).List(query, current.Caller));
        return list is { Outcome: Outcome.Ok, Page: { } found }
            ? TypedResults.Ok(PageResponse.Of(found, order => OrderResponse.Of(order, current.Caller)).WithCursor(after is not null, last => OrderCursor.After(last.CreatedAt, last.Id)))
            : Problems.Forbidden("Only an admin, or the role payments or fulfilment, may list another user's orders.");
    }

    /// <summary>Reads an order as it is persisted now.</summary>
    private static async Task<Results<Ok<OrderResponse>, StatusCodeHttpResult, ProblemHttpResult>> Get(
        long id, Header<IfMatch> ifMatch, Header<IfNoneMatch> ifNoneMatch, HttpResponse response, CurrentCaller current, ClusterClient cluster)
    {
        if (!ifMatch.TryGet(out var wanted, out var problem)) return problem;
        if (!ifNoneMatch.TryGet(out var known, out problem)) return problem;

        var result = await cluster.CallWithRetry(grains => grains.GetGrain<IOrderGrain>(id).Get(current.Caller));
        if (result is not { Outcome: Outcome.Ok, Order: { } order }) return ProblemOf(result);
        if (!wanted.Version.Allows(order.Version)) return ProblemOf(new(Outcome.Stale));

        response.Headers.ETag = IfMatch.ToETag(order.Version);
        return known.Matches(order.Version) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(OrderResponse.Of(order, current.Caller));
    }

    /// <summary>Lists the changes of an order's status, and who made them.</summary>
    private static async Task<Results<Ok<PageResponse<OrderTransitionResponse>>, ProblemHttpResult>> GetHistory(long id, CurrentCaller current, ClusterClient cluster)
    {
        var history = await cluster.CallWithRetry(grains => grains.GetGrain<IOrderGrain>(id).GetTransitions(current.Caller, afterVersion: 0));
        return history is { Outcome: Outcome.Ok, Transitions: var transitions }
            ? TypedResults.Ok(PageResponse.Of(new Page<OrderTransition>(transitions, transitions.Length, Number: 1, Limits.Transitions), OrderTransitionResponse.Of))
            : ProblemOf(OrderResult.NotFound);
    }

    /// <summary>Cancels, confirms, fulfils or retries an order.</summary>
    private static async Task<Results<Ok<OrderResponse>, ProblemHttpResult>> ChangeStatus(
        long id, JsonBody<ChangeStatusRequest> body, Header<IfMatch> ifMatch, HttpResponse response, CurrentCaller current, ClusterClient cluster,
        RollingUpgrade upgrade)
    {
        if (!body.TryGet(out var request, out var problem)) return problem;
        if (!ifMatch.TryGet(out var wanted, out problem)) return problem;

        var command = request.ToCommand(current.Caller, wanted.Version);
        var target = command.Target;
        var isUpgraded = upgrade.IsComplete();

        // A second change to another status has no effect. A second retry may have one: the order can have failed again in between.
        var (result, wasRetried) = target != OrderStatus.Pending ? await cluster.CallReportingRetry(Change) : (await cluster.CallOnce(Change), false);
        if (result.Outcome == Outcome.Unsupported) throw NotSupportedYet(wasRetried);

        // A call whose answer was lost may itself have made the version stale. If somebody else made the same change, the order is as requested too,
        // and may be answered as such (RFC 9110 §13.1.1).
        if (wasRetried && result is { Outcome: Outcome.Stale, Order: { } order } && order.Status == target
            && (command.Tracking ?? order.Tracking) == order.Tracking && (command.CancelReason ?? order.CancelReason) == order.CancelReason)
            result = OrderResult.Ok(order);
        if (result is not { Outcome: Outcome.Ok, Order: { } changed }) return ProblemOf(result);

        response.Headers.ETag = IfMatch.ToETag(changed.Version);
        return TypedResults.Ok(OrderResponse.Of(changed, current.Caller));

        Task<OrderResult> Change(IGrainFactory grains) => grains.ChangeStatus(id, command, isUpgraded);
    }

    /// <summary>Releases what an order holds, then deletes it.</summary>
    private static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> Delete(
        long id, Header<IfMatch> ifMatch, CurrentCaller current, ClusterClient cluster)
    {
        if (!ifMatch.TryGet(out var wanted, out var problem)) return problem;

        var (result, wasRetried) = await cluster.CallReportingRetry(grains => grains.GetGrain<IOrderGrain>(id).Delete(current.Caller, wanted.Version));

        // A call whose answer was lost may have deleted it.
        var isDeleted = result.Outcome == Outcome.Ok || (result.WasDeletedBefore && wasRetried);
        return isDeleted ? TypedResults.Ok(new MessageResponse("Order deleted")) : ProblemOf(result);
    }

    /// <summary>Not all silos are updated yet: one of version 1.0.0 would ignore what it does not know.</summary>
    private static ClusterUnavailableException NotSupportedYet(bool wasSent = false) => new(cause: null, wasSent);

    private static ProblemHttpResult ProblemOf(OrderResult result) => result switch
    {
        { Outcome: Outcome.NotFound } => Problems.NotFound("There is no such order."),
        { Outcome: Outcome.Forbidden } => Problems.Forbidden(result.Reason ?? "This caller may not do this with the order."),
        { Outcome: Outcome.Conflict, AllowedStatuses.IsDefault: true } => Problems.Conflict(result.Reason),
        { Outcome: Outcome.Conflict } => Problems.Conflict(result.Reason, result.AllowedStatuses),
        { Outcome: Outcome.Stale } => Problems.PreconditionFailed("The order is not in the version that If-Match names; read it again."),
        _ => throw new InvalidOperationException($"The order grain answered {result.Outcome} without an order."),
    };
}
