using OrderFlow.Recovery;
using Orleans.Storage;

namespace OrderFlow.Orders;

/// <summary>What is stored of a key, whatever it is used for.</summary>
internal interface IIdempotencyRecord
{
    /// <summary>When the key was used first; null on keys that 1.0.0 stored.</summary>
    DateTimeOffset? UsedAt { get; }
}

/// <summary>What is stored of an order's <c>Idempotency-Key</c>.</summary>
internal sealed record IdempotencyRecord : IIdempotencyRecord
{
    /// <summary>The state's name, unique in the default grain storage.</summary>
    public const string StateName = "idempotency";

    /// <summary>The order that is placed with the key.</summary>
    public required long OrderId { get; init; }

    /// <summary>Identifies the command: <see cref="CommandFingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The request that the order is placed for; null on keys that 1.0.0 stored.</summary>
    public Guid? RequestId { get; init; }

    /// <inheritdoc/>
    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>Stores keys.</summary>
internal static class IdempotencyRecords
{
    /// <summary>
    /// Stores the record before anything is done, so that a call after a crash does the same; or returns the one that another call has stored.
    /// Most keys are new, so the row is read only where the write conflicts.
    /// </summary>
    public static async Task<T> GetOrWrite<T>(this GrainRecord<T> storedKey, T next, TimeProvider time, RecoveryOptions options)
        where T : class, IIdempotencyRecord
    {
        while (true)
        {
            try
            {
                await storedKey.Write(next);
                return next;
            }
            catch (InconsistentStateException)
            {
                if (await storedKey.ReadForUpdate() is { } record && !IsExpired(record)) return record;   // else it was or may be swept: overwrite it
            }
        }

        // What an expired key was used for may have been deleted and swept, and must not be done again under the old id.
        bool IsExpired(T record) => record.UsedAt + options.IdempotencyKeyRetention <= time.GetUtcNow();
    }
}
