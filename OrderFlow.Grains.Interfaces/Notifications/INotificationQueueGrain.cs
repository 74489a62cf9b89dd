namespace OrderFlow.Notifications;

/// <summary>The queue of notifications as a whole.</summary>
/// <param name="Waiting">Jobs that a worker takes next.</param>
/// <param name="Active">Jobs that workers are sending.</param>
/// <param name="Delayed">Jobs whose next attempt is due later.</param>
/// <param name="Processed">Jobs that were sent, ever.</param>
/// <param name="Failed">Attempts that failed, ever.</param>
/// <param name="DeadLettered">Jobs that were given up, ever.</param>
/// <param name="DeadLetters">Jobs that are dead letters now.</param>
/// <param name="Paused">True while no worker takes jobs.</param>
/// <param name="Purged">Dead letters that went because there were too many, ever.</param>
/// <param name="Trimmed">Messages that have left the history of what was sent, ever.</param>
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

/// <summary>A job that was given up.</summary>
/// <param name="JobId">The id of the event, <c>{orderId}-{version}</c>.</param>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Who was to be told.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">What the customer was to read.</param>
/// <param name="Attempts">Attempts to send it; one that ended with its worker does not count.</param>
/// <param name="Reason">Why the last attempt failed, for an operator to read.</param>
/// <param name="DiedAt">When it was given up, UTC.</param>
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

/// <summary>The queue of notifications, for operators; the API lets only admins in. Stateless: any silo answers.</summary>
/// <remarks>
/// Every method throws <see cref="UnavailableException"/> where Redis cannot be reached. Reading and <see cref="Purge"/> may be called again with no second effect;
/// a second <see cref="Replay"/> or <see cref="SetPaused"/> later may undo what happened meanwhile.
/// </remarks>
[Alias("notification-queue")]
public interface INotificationQueueGrain : IGrainWithIntegerKey
{
    /// <summary>Answers where jobs can be queued, as the silo has seen within the last seconds; else the exception says why not.</summary>
    [Alias("ping")]
    Task Ping();

    /// <summary>How many jobs are where.</summary>
    [Alias("stats")]
    Task<NotificationStats> GetStats();

    /// <summary>One page of the dead letters, newest first.</summary>
    /// <param name="page">The page's number; the first is 1. It counts only where <paramref name="after"/> is null.</param>
    /// <param name="limit">Items on a page, 1 to 100.</param>
    /// <param name="after">Continue behind this place, the <see cref="Page{T}.Next"/> of an earlier page, whatever came or went since. Null to go by page.</param>
    [Alias("dead-letters")]
    Task<Page<DeadLetter>> ListDeadLetters(int page, int limit, string? after = null);

    /// <summary>Queues a dead letter again, with all its attempts before it. Ok also where it is queued again already; NotFound where there is no such job.</summary>
    [Alias("replay")]
    Task<Outcome> Replay(string jobId);

    /// <summary>Removes a dead letter. Ok also where it was removed already; NotFound where there is no such dead letter.</summary>
    [Alias("purge")]
    Task<Outcome> Purge(string jobId);

    /// <summary>Keeps workers from taking jobs, or lets them again. What they have taken they finish.</summary>
    [Alias("set-paused")]
    Task SetPaused(bool paused);
}
