using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Providers;
using Orleans.Storage;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IIdempotencyGrain"/>
/// <remarks>
/// Calls run one at a time: those that come together share the first one's order. A key is new far more often than not, so it is claimed without being looked
/// for; only where that is refused is it read. What was answered is not kept: the order answers the same whenever it is placed again.
/// </remarks>
[GrainType("idempotency"), PreferLocalPlacement]
internal sealed class IdempotencyGrain(
    [FromKeyedServices(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)] IGrainStorage storage,
    IGrainContext context,
    IGrainFactory grains,
    TimeProvider time,
    IOptions<RecoveryOptions> options) : Grain, IIdempotencyGrain
{
    private readonly GrainRecord<IdempotencyRecord> _record = new(storage, IdempotencyRecord.StateName, context.GrainId);

    public async Task<PlacedOnce> Place(long freshId, PlaceOrder command)
    {
        var fingerprint = CommandFingerprint.Of(command);
        var record = await Claim(new() { OrderId = freshId, Fingerprint = fingerprint, KeptSince = time.GetUtcMilliseconds() });
        if (record.Fingerprint != fingerprint) return new(KeyUse.OtherCommand, Result: null);

        var result = await grains.GetGrain<IOrderGrain>(record.OrderId).Place(command);
        return new(result.WasPlacedBefore ? KeyUse.Repeated : KeyUse.First, result);
    }

    /// <summary>Keeps what the key is to be used for, unless it is in use: then that. Before the order: whoever comes after a crash goes on with the same id.</summary>
    private async Task<IdempotencyRecord> Claim(IdempotencyRecord fresh)
    {
        if (!_record.IsKnown && await IsFirst(fresh)) return fresh;
        if (await _record.Read() is { } record && !IsExpired(record)) return record;

        await _record.Write(fresh);
        return fresh;
    }

    /// <summary>Keeps the record where there is none.</summary>
    private async Task<bool> IsFirst(IdempotencyRecord fresh)
    {
        try
        {
            await _record.Write(fresh);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    private bool IsExpired(IdempotencyRecord record) => time.GetUtcMilliseconds() - record.KeptSince > options.Value.KeepIdempotencyKeys;
}
