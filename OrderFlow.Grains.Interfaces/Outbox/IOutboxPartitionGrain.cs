using OrderFlow.Live;
using Orleans.Concurrency;

namespace OrderFlow.Outbox;

/// <summary>
/// Publishes the events of one partition of the outbox to Kafka, in the order in which each order's were written; the key is the partition's number.
/// One for the cluster, so that no two silos publish the same rows as long as the membership is settled.
/// </summary>
[Alias("outbox-partition")]
public interface IOutboxPartitionGrain : IGrainWithIntegerKey
{
    /// <summary>Says that there may be rows to publish; answers at once. Every silo calls it after commits, and now and then for rows that a lost silo has left.</summary>
    [Alias("wake"), AlwaysInterleave]
    Task Wake();

    /// <summary>
    /// Says that somebody follows the partition's live stream (<see cref="LiveStreams"/>), and will for this long. The stream is filled only while somebody does;
    /// whoever goes on following says so again in time, and so finds a grain that has moved to another silo.
    /// </summary>
    /// <param name="period">How long.</param>
    /// <returns>For how long, up to now, the stream was given all that happened. Less than since this was last asked: something was missed.</returns>
    [Alias("follow"), AlwaysInterleave]
    Task<TimeSpan> Follow(TimeSpan period);
}
