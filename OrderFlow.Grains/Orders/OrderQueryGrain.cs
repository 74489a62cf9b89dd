using Orleans.Concurrency;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IOrderQueryGrain"/>
[GrainType("order-queries"), StatelessWorker, Reentrant]   // bounded by the permits of its storage
internal sealed class OrderQueryGrain(IOrderIndex index) : Grain, IOrderQueryGrain
{
    public async Task<OrderList> List(OrderQuery query, Caller by)
    {
        if (query.UserId is { } asked && asked != by.UserId && !by.SeesAll) return new(Outcome.Forbidden);

        return new(Outcome.Ok, await index.List(by.SeesAll ? query : query with { UserId = by.UserId }));
    }
}
