using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrderFlow.Recovery;
using Orleans.Concurrency;
using Orleans.Providers;
using Orleans.Storage;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IIdempotencyGrain"/>
/// <remarks>
/// It keeps no key in memory: that there is one order for a key, and one answer, is up to the key's row and to the order, which answers the same whenever it is
/// placed again.
/// </remarks>
[GrainType("idempotency"), StatelessWorker, Reentrant]
internal sealed class IdempotencyGrain(
    [FromKeyedServices(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)] IGrainStorage storage,
    IGrainFactory grains,
    TimeProvider time,
    IOptions<RecoveryOptions> options) : Grain, IIdempotencyGrain
{
    private static readonly GrainType KeyType = GrainType.Create("idempotency");

    public async Task<PlacedOnce> Place(string key, long freshId, PlaceOrder command)
    {
        var kept = new GrainRecord<IdempotencyRecord>(storage, IdempotencyRecord.StateName, GrainId.Create(KeyType, key));
        var fresh = new IdempotencyRecord { OrderId = freshId, Fingerprint = CommandFingerprint.Of(command), RequestId = command.RequestId, UsedAt = time.GetUtcMilliseconds() };
        var record = await Keep(kept, fresh);
        if (record.Fingerprint != fresh.Fingerprint) return new(KeyUse.OtherCommand, Result: null);

        var result = await Place(record, command);
        if (result.Outcome == Outcome.IdTaken && record.OrderId != freshId)
        {
            record = await Keep(kept, record with { OrderId = freshId, RequestId = record.RequestId ?? command.RequestId, UsedAt = record.UsedAt ?? fresh.UsedAt });
            if (record.Fingerprint != fresh.Fingerprint) return new(KeyUse.OtherCommand, Result: null);   // it was swept and used anew meanwhile
            result = await Place(record, command);
        }

        return new(result.WasPlacedBefore ? KeyUse.Repeated : KeyUse.First, result);
    }

    private Task<OrderResult> Place(IdempotencyRecord record, PlaceOrder command) =>
        grains.GetGrain<IOrderGrain>(record.OrderId).Place(command with { RequestId = record.RequestId });

    /// <summary>
    /// Keeps what the key is to be used for, unless somebody else has kept something since it was read: then that. Before the order, so that whoever comes after a
    /// crash goes on with the same id. A key is new far more often than not, so it is read only where it is not. It is in use until it is swept or expires, whichever comes first.
    /// </summary>
    private async Task<IdempotencyRecord> Keep(GrainRecord<IdempotencyRecord> kept, IdempotencyRecord next)
    {
        while (true)
        {
            try
            {
                await kept.Write(next);
                return next;
            }
            catch (InconsistentStateException)
            {
                if (await kept.ReadForUpdate() is { } record && !IsExpired(record)) return record;   // else it was swept just now, or may be: its next write takes its place
            }
        }
    }

    /// <summary>Its order may have been deleted and swept since, and must not be placed anew under its old id.</summary>
    private bool IsExpired(IdempotencyRecord record) => record.UsedAt + options.Value.IdempotencyKeyRetention <= time.GetUtcNow();
}
