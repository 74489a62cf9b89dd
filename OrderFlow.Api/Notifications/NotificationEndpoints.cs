using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Lists;
using OrderFlow.Api.OpenApi;
using OrderFlow.Api.Auth;
using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Notifications;

/// <summary>The resource <c>/notifications</c>, design §7, for admins; and an order's own notifications, for whoever may see the order.</summary>
internal static class NotificationEndpoints
{
    /// <summary>Maps the resource.</summary>
    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/orders/{id:long:min(1)}/notifications", OfOrder).RequireAuthorization().WithTags("Notifications")
            .Describe("listOrderNotifications", "What an order's customer was told or is to be told, oldest first.", 400, 404);

        var notifications = routes.MapGroup("/notifications").RequireAuthorization(BearerTokens.AdminPolicy).WithTags("Notifications");
        notifications.MapGet("/stats", Stats).Describe("getNotificationStats", "How many notifications are where.");
        notifications.MapPost("/pause", (ClusterClient cluster) => SetPaused(true, cluster))
            .Describe("pauseNotifications", "Keeps workers from taking notifications; what they have taken they finish.");
        notifications.MapPost("/resume", (ClusterClient cluster) => SetPaused(false, cluster))
            .Describe("resumeNotifications", "Lets workers take notifications again.");
        notifications.MapGet("/dead-letters", DeadLetters).Describe("listDeadLetters", "Notifications that were given up, newest first.", 400);
        notifications.MapPost("/dead-letters/{jobId}/replay", Replay)
            .Describe("replayDeadLetter", "Queues a dead letter again, with all its attempts before it.", 404);
        notifications.MapDelete("/dead-letters/{jobId}", Purge).Describe("deleteDeadLetter", "Removes a dead letter; it will not be sent.", 404);
    }

    /// <summary>What was queued, sent or given up for an order, oldest first.</summary>
    private static async Task<Results<Ok<PageResponse<NotificationResponse>>, ProblemHttpResult>> OfOrder(
        long id, string? page, string? limit, CurrentCaller current, ClusterClient cluster)
    {
        var violations = new ValidationErrors();
        var (number, size) = PageParameters.Read(page, limit, violations);
        if (!violations.IsEmpty) return Problems.Invalid(violations);

        var list = await cluster.CallWithRetry(grains => grains.GetGrain<INotificationGrain>(StatelessWorkerKeys.ForOrder(id)).List(id, number, size, current.Caller));
        return list is { Outcome: Outcome.Ok, Page: { } found }
            ? TypedResults.Ok(PageResponse.Of(found, NotificationResponse.Of))
            : Problems.NotFound("There is no such order.");
    }

    /// <summary>How many notifications are where.</summary>
    private static async Task<Ok<StatsResponse>> Stats(ClusterClient cluster) =>
        TypedResults.Ok(StatsResponse.Of(await cluster.CallWithRetry(grains => Queue(grains).GetStats())));

    /// <summary>Keeps workers from taking notifications, or lets them again.</summary>
    private static async Task<Ok<StatsResponse>> SetPaused(bool paused, ClusterClient cluster)
    {
        await cluster.CallOnce(grains => Queue(grains).SetPaused(paused));   // made again later it would undo what another admin did in between
        try
        {
            return await Stats(cluster);
        }
        catch (ClusterUnavailableException away)
        {
            throw new ClusterUnavailableException(away);   // the change was carried out, whatever became of the question after it
        }
    }

    /// <summary>The notifications that were given up, newest first.</summary>
    private static async Task<Results<Ok<PageResponse<DeadLetterResponse>>, ProblemHttpResult>> DeadLetters(
        string? page, string? limit, string? cursor, ClusterClient cluster)
    {
        var violations = new ValidationErrors();
        var (number, size) = PageParameters.Read(page, limit, violations);
        var place = cursor is null ? null : DeadLetterCursor.Parse(cursor);
        PageParameters.ValidateCursor(cursor, place is not null, page, violations);
        if (!violations.IsEmpty) return Problems.Invalid(violations);

        var letters = await cluster.CallWithRetry(grains => Queue(grains).ListDeadLetters(number, size, place));
        return TypedResults.Ok(PageResponse.Of(letters, DeadLetterResponse.Of) with
        {
            Page = place is null ? letters.Number : null,
            NextCursor = letters.Next is { } next ? DeadLetterCursor.After(next) : null,
        });
    }

    /// <summary>Queues a dead letter again, with all its attempts before it.</summary>
    /// <remarks>Called once: made again later it would replay a letter that had been replayed and dead-lettered again.</remarks>
    private static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> Replay(string jobId, ClusterClient cluster) =>
        Answer(await cluster.CallOnce(grains => Queue(grains).Replay(jobId)), "Notification queued or sent");

    /// <summary>Removes a dead letter; it will not be sent.</summary>
    private static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> Purge(string jobId, ClusterClient cluster) =>
        Answer(await cluster.CallWithRetry(grains => Queue(grains).Purge(jobId)), "Dead letter removed");

    private static Results<Ok<MessageResponse>, ProblemHttpResult> Answer(Outcome outcome, string done) =>
        outcome == Outcome.Ok ? TypedResults.Ok(new MessageResponse(done)) : Problems.NotFound("There is no such dead letter.");

    private static INotificationQueueGrain Queue(IGrainFactory grains) => grains.GetGrain<INotificationQueueGrain>(0);
}
