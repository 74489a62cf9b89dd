using Orleans.Concurrency;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IOrderQueryGrain"/>
[GrainType("order-queries"), StatelessWorker, Reentrant]   // bounded by the permits of its storage
internal sealed class OrderQueryGrain(IOrderIndex index) : Grain, IOrderQueryGrain
{
    public Task<OrderList> List(OrderQuery query, Caller by) => index.ListFor(by, query);
}

/// <inheritdoc cref="IOrderSearchGrain"/>
[GrainType("order-search"), StatelessWorker, Reentrant]
internal sealed class OrderSearchGrain(IOrderIndex index) : Grain, IOrderSearchGrain
{
    public Task<OrderList> List(OrderQuery query, Caller by) => index.ListFor(by, query);
}

/// <summary>Who may list what.</summary>
internal static class OrderListAccess
{
    /// <summary>Lists the caller's own orders, or those of all for one who <see cref="Caller.SeesAll"/>.</summary>
    public static async Task<OrderList> ListFor(this IOrderIndex index, Caller by, OrderQuery query)
    {
        if (query.UserId is { } asked && asked != by.UserId && !by.SeesAll) return new(Outcome.Forbidden);

        return new(Outcome.Ok, await index.List(by.SeesAll ? query : query with { UserId = by.UserId }));
    }
}
