namespace OrderFlow.Notifications;

/// <summary>Replays or purges the dead letters that match a filter, batch by batch. Stateless. A grain type of its own, as <see cref="Orders.IOrderSearchGrain"/>.</summary>
/// <remarks>
/// A batch may be repeated without a second effect: its range ends with the dead letters of the beginning, so that one that is dead-lettered again is not
/// replayed again. Every method throws <see cref="UnavailableException"/> where Redis cannot be reached.
/// </remarks>
[Alias("dead-letter-batch")]
public interface IDeadLetterBatchGrain : IGrainWithIntegerKey
{
    /// <summary>The range of all present dead letters, to begin with; null where there are none.</summary>
    [Alias("range")]
    Task<string?> GetRange();

    /// <summary>Enqueues those of the next dead letters in the range that match, with all their attempts left.</summary>
    [Alias("replay")]
    Task<DeadLetterBatch> Replay(DeadLetterFilter filter, string range);

    /// <summary>Purges those of the next dead letters in the range that match.</summary>
    [Alias("purge")]
    Task<DeadLetterBatch> Purge(DeadLetterFilter filter, string range);
}

/// <summary>Which dead letters are meant: those that match all that is given.</summary>
/// <param name="Reason">What the reason contains, in the same case; null for any.</param>
/// <param name="EventType">The event type; null for any.</param>
/// <param name="Before">Those that were dead-lettered before this time; null for any.</param>
[GenerateSerializer, Immutable, Alias("dead-letter-filter")]
public sealed record DeadLetterFilter([property: Id(0)] string? Reason, [property: Id(1)] string? EventType, [property: Id(2)] DateTimeOffset? Before);

/// <summary>What one batch did.</summary>
/// <param name="Count">How many dead letters were replayed or purged.</param>
/// <param name="Rest">The range that is left; null where there is none.</param>
[GenerateSerializer, Immutable, Alias("dead-letter-batch-result")]
public sealed record DeadLetterBatch([property: Id(0)] int Count, [property: Id(1)] string? Rest);
