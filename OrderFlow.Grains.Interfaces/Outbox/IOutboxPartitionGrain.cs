using OrderFlow.Live;
using Orleans.Concurrency;

namespace OrderFlow.Outbox;

/// <summary>
/// Publishes the events of one outbox partition to Kafka, each order's in the order they were written; the key is the partition's number.
/// One per cluster, so that no two silos publish the same rows while the membership is stable.
/// </summary>
[Alias("outbox-partition")]
public interface IOutboxPartitionGrain : IGrainWithIntegerKey
{
    /// <summary>Notes that there may be rows to publish, and returns at once. Called by every silo after commits, and regularly for rows that a lost silo has left.</summary>
    [Alias("wake"), AlwaysInterleave]
    Task Wake();

    /// <summary>
    /// Follows the partition's live stream (<see cref="LiveStreams"/>) for a while; it is filled only while it has followers.
    /// Followers renew before the period ends, which also finds a grain that has moved to another silo.
    /// </summary>
    /// <param name="period">How long.</param>
    /// <returns>For how long, up to now, no change was dropped. Less than the time since the last renewal: the follower has missed some.</returns>
    [Alias("follow"), AlwaysInterleave]
    Task<TimeSpan> Follow(TimeSpan period);
}
