using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using Orleans.Storage;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IIdempotencyGrain"/>
/// <remarks>Calls run one at a time: those that come together find the answer of the first.</remarks>
[GrainType("idempotency")]
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
        var record = await _record.Read();
        if (record is null || IsExpired(record))
        {
            record = new() { OrderId = freshId, Fingerprint = fingerprint, KeptSince = time.GetUtcMilliseconds() };
            await _record.Write(record);   // before the order: whoever comes after a crash goes on with the same id
        }

        if (record.Fingerprint != fingerprint) return new(KeyUse.OtherCommand, Result: null);
        if (record.Placed is { } placed) return new(KeyUse.Repeated, OrderResult.Ok(placed));

        var result = await grains.GetGrain<IOrderGrain>(record.OrderId).Place(command);
        if (result is { Outcome: Outcome.Ok, Order: { } order }) await _record.Write(record with { Placed = order });
        return new(KeyUse.First, result);
    }

    private bool IsExpired(IdempotencyRecord record) => time.GetUtcMilliseconds() - record.KeptSince > options.Value.KeepIdempotencyKeys;
}
