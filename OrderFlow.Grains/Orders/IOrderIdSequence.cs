namespace OrderFlow.Orders;

/// <summary>Generates order ids, none of them twice, also across restarts.</summary>
internal interface IOrderIdSequence
{
    /// <summary>Takes the next block of ids.</summary>
    Task<OrderIdBlock> NextBlock();

    /// <summary>Moves the sequence beyond the highest order where it is behind, as after a backup was restored. Does nothing where that was checked a moment ago.</summary>
    Task MoveBeyondOrders();
}
