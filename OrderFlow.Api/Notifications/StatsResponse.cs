using OrderFlow.Notifications;

namespace OrderFlow.Api.Notifications;

/// <summary>The queue of notifications on the wire. The first three are jobs at this moment, the next three are counts since the queue began.</summary>
/// <param name="Waiting">Jobs that a worker takes next.</param>
/// <param name="Active">Jobs that workers are sending.</param>
/// <param name="Delayed">Jobs whose next attempt is due later.</param>
/// <param name="Processed">Jobs that were sent.</param>
/// <param name="Failed">Attempts that failed.</param>
/// <param name="DeadLettered">Jobs that were given up.</param>
/// <param name="DeadLetters">Jobs that are dead letters at this moment.</param>
/// <param name="Paused">True while no worker takes jobs.</param>
internal sealed record StatsResponse(
    long Waiting, long Active, long Delayed, long Processed, long Failed, long DeadLettered, long DeadLetters, bool Paused)
{
    /// <summary>The counts as they go on the wire.</summary>
    public static StatsResponse Of(NotificationStats stats) => new(
        stats.Waiting, stats.Active, stats.Delayed, stats.Processed, stats.Failed, stats.DeadLettered, stats.DeadLetters, stats.Paused);
}
