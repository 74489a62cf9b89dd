using Orleans.Concurrency;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IOrderIdsGrain"/>
[GrainType("order-ids"), StatelessWorker]
internal sealed class OrderIdsGrain(IOrderIdSequence sequence) : Grain, IOrderIdsGrain
{
    public Task<OrderIdBlock> Take() => sequence.NextBlock();
}
