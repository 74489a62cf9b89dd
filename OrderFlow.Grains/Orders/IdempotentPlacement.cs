using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrderFlow.Recovery;
using Orleans.Providers;
using Orleans.Storage;

namespace OrderFlow.Orders;

/// <summary>Places orders with an <c>Idempotency-Key</c>: the key's row names one order, and that order answers the same whenever it is placed again.</summary>
internal sealed class IdempotentPlacement(
    [FromKeyedServices(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)] IGrainStorage storage,
    IGrainFactory grains,
    TimeProvider time,
    IOptions<RecoveryOptions> options)
{
    private static readonly GrainType KeyType = GrainType.Create("idempotency");

    /// <inheritdoc cref="IIdempotencyGrain.Place"/>
    public async Task<PlacedOnce> Place(string key, long freshId, PlaceOrder command)
    {
        var storedKey = new GrainRecord<IdempotencyRecord>(storage, IdempotencyRecord.StateName, GrainId.Create(KeyType, key));
        var fresh = new IdempotencyRecord { OrderId = freshId, Fingerprint = CommandFingerprint.Of(command), RequestId = command.RequestId, UsedAt = time.GetUtcMilliseconds() };
        var record = await GetOrWrite(storedKey, fresh);
        if (record.Fingerprint != fresh.Fingerprint) return new(KeyUse.OtherCommand, Result: null);

        var result = await Place(record, command);
        if (result.Outcome == Outcome.IdTaken && record.OrderId != freshId)
        {
            record = await GetOrWrite(storedKey, record with { OrderId = freshId, RequestId = record.RequestId ?? command.RequestId, UsedAt = record.UsedAt ?? fresh.UsedAt });
            if (record.Fingerprint != fresh.Fingerprint) return new(KeyUse.OtherCommand, Result: null);   // the key was swept and used for another command meanwhile
            result = await Place(record, command);
        }

        if (result.Outcome == Outcome.KeyReused) return new(KeyUse.OtherCommand, Result: null);
        return new(result.WasPlacedBefore ? KeyUse.Repeated : KeyUse.First, result);
    }

    private Task<OrderResult> Place(IdempotencyRecord record, PlaceOrder command) =>
        grains.Place(record.OrderId, command with { RequestId = record.RequestId });

    private Task<IdempotencyRecord> GetOrWrite(GrainRecord<IdempotencyRecord> storedKey, IdempotencyRecord next) => storedKey.GetOrWrite(next, time, options.Value);
}
