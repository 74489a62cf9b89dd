using OrderFlow.Notifications;

namespace OrderFlow.Api.Notifications;

/// <summary>The notification queue: <c>waiting</c>, <c>active</c> and <c>delayed</c> are current, the next three count since the queue was created.</summary>
/// <param name="Waiting">Jobs ready to be claimed.</param>
/// <param name="Active">Jobs claimed by workers.</param>
/// <param name="Delayed">Jobs to be retried later.</param>
/// <param name="Processed">Jobs that were sent.</param>
/// <param name="Failed">Attempts that failed.</param>
/// <param name="DeadLettered">Jobs that were dead-lettered.</param>
/// <param name="DeadLetters">Current dead letters.</param>
/// <param name="Paused">True while no worker claims jobs.</param>
internal sealed record NotificationStatsResponse(
    long Waiting, long Active, long Delayed, long Processed, long Failed, long DeadLettered, long DeadLetters, bool Paused)
{
    /// <summary>Maps the counts.</summary>
    public static NotificationStatsResponse Of(NotificationStats stats) => new(
        stats.Waiting, stats.Active, stats.Delayed, stats.Processed, stats.Failed, stats.DeadLettered, stats.DeadLetters, stats.Paused);
}
