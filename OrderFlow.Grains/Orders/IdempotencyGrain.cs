using Microsoft.Extensions.DependencyInjection;
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
    IGrainFactory grains) : Grain, IIdempotencyGrain
{
    private static readonly GrainType KeyType = GrainType.Create("idempotency");

    public async Task<PlacedOnce> Place(string key, long freshId, PlaceOrder command)
    {
        var fingerprint = CommandFingerprint.Of(command);
        var record = await Claim(key, new() { OrderId = freshId, Fingerprint = fingerprint });
        if (record.Fingerprint != fingerprint) return new(KeyUse.OtherCommand, Result: null);

        var result = await grains.GetGrain<IOrderGrain>(record.OrderId).Place(command);
        return new(result.WasPlacedBefore ? KeyUse.Repeated : KeyUse.First, result);
    }

    /// <summary>
    /// Keeps what the key is to be used for, unless it is in use: then that. Before the order, so that whoever comes after a crash goes on with the same id.
    /// A key is new far more often than not, so it is read only where it is not. It is in use until it is swept.
    /// </summary>
    private async Task<IdempotencyRecord> Claim(string key, IdempotencyRecord fresh)
    {
        var kept = new GrainRecord<IdempotencyRecord>(storage, IdempotencyRecord.StateName, GrainId.Create(KeyType, key));
        while (true)
        {
            try
            {
                await kept.Write(fresh);
                return fresh;
            }
            catch (InconsistentStateException)
            {
                if (await kept.Read() is { } record) return record;   // else it was swept just now
            }
        }
    }
}
