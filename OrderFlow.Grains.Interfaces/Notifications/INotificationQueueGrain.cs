namespace OrderFlow.Notifications;

/// <summary>The number of notifications by state, and counts since the queue began.</summary>
/// <param name="Waiting">Jobs that can be claimed.</param>
/// <param name="Active">Jobs that workers have claimed.</param>
/// <param name="Delayed">Jobs whose next attempt is due later.</param>
/// <param name="Processed">Jobs sent, ever.</param>
/// <param name="Failed">Attempts failed, ever.</param>
/// <param name="DeadLettered">Jobs dead-lettered, ever.</param>
/// <param name="DeadLetters">Dead letters now.</param>
/// <param name="Paused">True while no worker may claim jobs.</param>
/// <param name="Purged">Dead letters purged beyond the limit, ever.</param>
/// <param name="Trimmed">Messages trimmed from the history of sent ones, ever.</param>
[GenerateSerializer, Immutable, Alias("notification-stats")]
public sealed record NotificationStats(
    [property: Id(0)] long Waiting,
    [property: Id(1)] long Active,
    [property: Id(2)] long Delayed,
    [property: Id(3)] long Processed,
    [property: Id(4)] long Failed,
    [property: Id(5)] long DeadLettered,
    [property: Id(6)] long DeadLetters,
    [property: Id(7)] bool Paused,
    [property: Id(8)] long Purged = 0,
    [property: Id(9)] long Trimmed = 0);

/// <summary>A job whose attempts all failed.</summary>
/// <param name="JobId">The id of the event, <c>{orderId}-{version}</c>.</param>
/// <param name="OrderId">The id of the order.</param>
/// <param name="UserId">The customer.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">The message to the customer.</param>
/// <param name="Attempts">Attempts to send it; one whose worker died does not count.</param>
/// <param name="Reason">Why the last attempt failed, for an operator to read.</param>
/// <param name="DiedAt">When it was dead-lettered, UTC.</param>
[GenerateSerializer, Immutable, Alias("dead-letter")]
public sealed record DeadLetter(
    [property: Id(0)] string JobId,
    [property: Id(1)] long OrderId,
    [property: Id(2)] string UserId,
    [property: Id(3)] string EventType,
    [property: Id(4)] string Message,
    [property: Id(5)] int Attempts,
    [property: Id(6)] string Reason,
    [property: Id(7)] DateTimeOffset DiedAt);

/// <summary>The queue of notifications, for operators; the API admits only admins. Stateless: any silo answers.</summary>
/// <remarks>
/// Every method throws <see cref="UnavailableException"/> where Redis cannot be reached. Reads and <see cref="Purge"/> may be repeated without a second effect;
/// a repeated <see cref="Replay"/> or <see cref="SetPaused"/> may undo what happened in between.
/// </remarks>
[Alias("notification-queue")]
public interface INotificationQueueGrain : IGrainWithIntegerKey
{
    /// <summary>Returns where jobs could be enqueued when the silo last polled; otherwise throws an exception that says why not.</summary>
    [Alias("ping")]
    Task Ping();

    /// <summary>Counts the jobs by state.</summary>
    [Alias("stats")]
    Task<NotificationStats> GetStats();

    /// <summary>Lists one page of the dead letters, newest first.</summary>
    /// <param name="page">The page's number; the first is 1. Ignored where <paramref name="after"/> is given.</param>
    /// <param name="limit">Items on a page, 1 to 100.</param>
    /// <param name="after">The <see cref="Page{T}.Next"/> of an earlier page, to continue after it whatever was added or removed since; null to list by page number.</param>
    [Alias("dead-letters")]
    Task<Page<DeadLetter>> ListDeadLetters(int page, int limit, string? after = null);

    /// <summary>Enqueues a dead letter again, with all its attempts left. Ok also where it was replayed before; NotFound where there is no such job.</summary>
    [Alias("replay")]
    Task<Outcome> Replay(string jobId);

    /// <summary>Purges a dead letter. Ok also where it was purged before; NotFound where there is no such dead letter.</summary>
    [Alias("purge")]
    Task<Outcome> Purge(string jobId);

    /// <summary>Pauses or resumes claiming. Claimed jobs are still sent.</summary>
    [Alias("set-paused")]
    Task SetPaused(bool paused);
}

/// <summary>Replays dead letters once per <c>Idempotency-Key</c>. Stateless. A grain type of its own, as <see cref="Orders.IOrderSearchGrain"/>.</summary>
[Alias("notification-replay")]
public interface INotificationReplayGrain : IGrainWithIntegerKey
{
    /// <summary>Enqueues a dead letter again, with all its attempts left. Ok also where it was replayed before; NotFound where there is no such job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="operation">A call with the operation of an earlier one has no effect; empty where it may be repeated.</param>
    /// <param name="requestId">The request, which the API may send several times: the first answer to it does not count as a repeat.</param>
    [Alias("replay")]
    Task<ReplayResult> Replay(string jobId, string operation, Guid requestId);
}

/// <summary>The result of a replay.</summary>
/// <param name="Outcome">Ok or NotFound.</param>
/// <param name="WasRepeated">True where the operation was carried out before.</param>
[GenerateSerializer, Immutable, Alias("replay-result")]
public sealed record ReplayResult([property: Id(0)] Outcome Outcome, [property: Id(1)] bool WasRepeated = false);
