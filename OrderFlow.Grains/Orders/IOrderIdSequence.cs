
namespace OrderFlow.Orders;

/// <summary>Where order ids come from: a sequence that never gives one twice, also across restarts.</summary>
internal interface IOrderIdSequence
{
    Task<OrderIdBlock> NextBlock();

    /// <summary>Moves the sequence beyond the highest order where it is behind, so that what it gives next is free. Does nothing where that was checked a moment ago.</summary>
    Task MoveBeyondOrders();
}
