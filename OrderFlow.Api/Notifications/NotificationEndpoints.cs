using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Auth;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Lists;
using OrderFlow.Api.OpenApi;
using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Notifications;

/// <summary>The resource <c>/notifications</c> for admins, and an order's notifications for callers who may read the order.</summary>
internal static class NotificationEndpoints
{
    /// <summary>How long one request replays or purges dead letters.</summary>
    private static readonly TimeSpan MaxBatchTime = TimeSpan.FromSeconds(10);

    /// <summary>Maps the resource.</summary>
    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/orders/{id:long:min(1)}/notifications", OfOrder).RequireAuthorization().WithTags("Notifications")
            .Describe("listOrderNotifications", "List an order's notifications, oldest first", 400, 404);

        var notifications = routes.MapGroup("/notifications").RequireAuthorization(BearerTokens.AdminPolicy).WithTags("Notifications");
        notifications.MapGet("/stats", Stats).Describe("getNotificationStats", "Get the counts of the notification queue");
        notifications.MapPost("/pause", (ClusterClient cluster) => SetPaused(true, cluster))
            .Describe("pauseNotifications", "Pause the notification queue")
            .WithDescription("Workers claim no more notifications; those they have claimed are completed.");
        notifications.MapPost("/resume", (ClusterClient cluster) => SetPaused(false, cluster))
            .Describe("resumeNotifications", "Resume the notification queue");
        notifications.MapGet("/dead-letters", DeadLetters).Describe("listDeadLetters", "List dead letters, newest first", 400);
        notifications.MapPost("/dead-letters/replay", ReplayMatching).Describe("replayDeadLetters", "Replay the dead letters that match a filter")
            .WithDescription("They are queued again, with all their attempts; this request replays none twice, whatever becomes of it meanwhile.");
        notifications.MapPost("/dead-letters/purge", PurgeMatching).Describe("purgeDeadLetters", "Purge the dead letters that match a filter")
            .WithDescription("They will not be sent.");
        notifications.MapPost("/dead-letters/{jobId}/replay", Replay)
            .Describe("replayDeadLetter", "Replay a dead letter", 404)
            .WithDescription("It is queued again, with all its attempts.").AcceptsHeaders(IdempotencyKey.Name);
        notifications.MapDelete("/dead-letters/{jobId}", Purge)
            .Describe("deleteDeadLetter", "Delete a dead letter", 404)
            .WithDescription("It will not be sent.");
    }

    /// <summary>Lists what was queued, sent or dead-lettered for an order, oldest first.</summary>
    private static async Task<Results<Ok<PageResponse<NotificationResponse>>, ProblemHttpResult>> OfOrder(
        long id, string? page, string? limit, string? cursor, CurrentCaller current, ClusterClient cluster)
    {
        var errors = new ValidationErrors();
        var (number, size) = PageParameters.Read(page, limit, errors);
        var after = PageParameters.ReadCursor(cursor, page, text => NotificationCursor.Parse(id, text), errors);
        if (!errors.IsEmpty) return Problems.Invalid(errors);

        var key = StatelessWorkerKeys.ForOrder(id);
        var list = await cluster.CallWithRetry(grains => after is null
            ? grains.GetGrain<INotificationGrain>(key).List(id, number, size, current.Caller)
            : grains.GetNewGrain<INotificationListGrain>(key).ListAfter(id, after, size, current.Caller));
        return list is { Outcome: Outcome.Ok, Page: { } found }
            ? TypedResults.Ok(PageResponse.Of(found, NotificationResponse.Of).WithCursor(after is not null, last => NotificationCursor.After(last.JobId)))
            : Problems.NotFound("There is no such order.");
    }

    /// <summary>Counts the jobs of the queue.</summary>
    private static async Task<Ok<NotificationStatsResponse>> Stats(ClusterClient cluster) =>
        TypedResults.Ok(NotificationStatsResponse.Of(await cluster.CallWithRetry(grains => Queue(grains).GetStats())));

    /// <summary>Pauses or resumes the claiming of jobs; claimed jobs are completed.</summary>
    private static async Task<Ok<NotificationStatsResponse>> SetPaused(bool paused, ClusterClient cluster)
    {
        await cluster.CallOnce(grains => Queue(grains).SetPaused(paused));   // a late retry would undo what another admin did in between
        try
        {
            return await Stats(cluster);
        }
        catch (ClusterUnavailableException error)
        {
            throw new ClusterUnavailableException(error);   // the change was sent, even if the counts could not be read
        }
    }

    /// <summary>Lists dead letters, newest first.</summary>
    private static async Task<Results<Ok<PageResponse<DeadLetterResponse>>, ProblemHttpResult>> DeadLetters(
        string? page, string? limit, string? cursor, ClusterClient cluster)
    {
        var errors = new ValidationErrors();
        var (number, size) = PageParameters.Read(page, limit, errors);
        var position = PageParameters.ReadCursor(cursor, page, DeadLetterCursor.Parse, errors);
        if (!errors.IsEmpty) return Problems.Invalid(errors);

        var letters = await cluster.CallWithRetry(grains => Queue(grains).ListDeadLetters(number, size, position));
        return TypedResults.Ok(PageResponse.Of(letters, DeadLetterResponse.Of) with
        {
            Page = position is null ? letters.Number : null,
            NextCursor = letters.Next is { } next ? DeadLetterCursor.After(next) : null,
        });
    }

    /// <summary>Enqueues a dead letter again, with all its attempts.</summary>
    private static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> Replay(
        string jobId, Header<IdempotencyKey> keyHeader, CurrentCaller current, HttpResponse response, ClusterClient cluster)
    {
        if (!keyHeader.TryGet(out var key, out var problem)) return problem;

        // Without a key it is not retried: a late retry would replay a letter that was replayed and dead-lettered again.
        var operation = key.OperationId(current.Caller.UserId, $"replay {jobId}");
        var requestId = Guid.NewGuid();
        var result = key.Key is null
            ? new(await cluster.CallOnce(grains => Queue(grains).Replay(jobId)))
            : await cluster.CallWithRetry(grains => grains.GetNewGrain<INotificationReplayGrain>(0).Replay(jobId, operation, requestId));
        if (result.WasRepeated) response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return Answer(result.Outcome, "Notification queued or sent");
    }

    /// <summary>Deletes a dead letter; it will not be sent.</summary>
    private static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> Purge(string jobId, ClusterClient cluster) =>
        Answer(await cluster.CallWithRetry(grains => Queue(grains).Purge(jobId)), "Dead letter removed");

    /// <summary>Enqueues dead letters again, with all their attempts.</summary>
    private static Task<Results<Ok<DeadLettersMovedResponse>, ProblemHttpResult>> ReplayMatching(
        JsonBody<DeadLetterFilterRequest> body, ClusterClient cluster, TimeProvider time) => MoveMatching(body, cluster, time, (batch, filter, range) => batch.Replay(filter, range));

    /// <summary>Purges dead letters; they will not be sent.</summary>
    private static Task<Results<Ok<DeadLettersMovedResponse>, ProblemHttpResult>> PurgeMatching(
        JsonBody<DeadLetterFilterRequest> body, ClusterClient cluster, TimeProvider time) => MoveMatching(body, cluster, time, (batch, filter, range) => batch.Purge(filter, range));

    private static async Task<Results<Ok<DeadLettersMovedResponse>, ProblemHttpResult>> MoveMatching(
        JsonBody<DeadLetterFilterRequest> body, ClusterClient cluster, TimeProvider time,
        Func<IDeadLetterBatchGrain, DeadLetterFilter, string, Task<DeadLetterBatch>> move)
    {
        if (!body.TryGet(out var request, out var problem)) return problem;

        var (filter, count, began) = (request.ToFilter(), 0, time.GetTimestamp());
        var range = await cluster.CallWithRetry(grains => grains.GetNewGrain<IDeadLetterBatchGrain>(0).GetRange());
        try
        {
            while (range is not null && time.GetElapsedTime(began) < MaxBatchTime)
            {
                var batch = await cluster.CallWithRetry(grains => move(grains.GetNewGrain<IDeadLetterBatchGrain>(0), filter, range));
                (count, range) = (count + batch.Count, batch.Rest);
            }
        }
        catch (ClusterUnavailableException error)
        {
            throw new ClusterUnavailableException(error);   // earlier batches were carried out
        }

        return TypedResults.Ok(new DeadLettersMovedResponse(count, IsComplete: range is null));
    }

    private static Results<Ok<MessageResponse>, ProblemHttpResult> Answer(Outcome outcome, string done) =>
        outcome == Outcome.Ok ? TypedResults.Ok(new MessageResponse(done)) : Problems.NotFound("There is no such dead letter.");

    private static INotificationQueueGrain Queue(IGrainFactory grains) => grains.GetGrain<INotificationQueueGrain>(0);
}
