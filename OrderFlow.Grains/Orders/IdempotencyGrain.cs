using Orleans.Concurrency;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IIdempotencyGrain"/>
[GrainType("idempotency"), StatelessWorker, Reentrant]   // keeps no key in memory
internal sealed class IdempotencyGrain(IdempotentPlacement placement) : Grain, IIdempotencyGrain
{
    public Task<PlacedOnce> Place(string key, long freshId, PlaceOrder command) => placement.Place(key, freshId, command);
}

/// <inheritdoc cref="IExpiringIdempotencyGrain"/>
[GrainType("expiring-idempotency"), StatelessWorker, Reentrant]
internal sealed class ExpiringIdempotencyGrain(IdempotentPlacement placement) : Grain, IExpiringIdempotencyGrain
{
    public Task<PlacedOnce> Place(string key, long freshId, PlaceOrder command) => placement.Place(key, freshId, command);
}
