namespace OrderFlow.Orders;

/// <summary>Generates order ids. No id is given twice, even across restarts.</summary>
internal interface IOrderIdSequence
{
    /// <summary>Takes the next block of ids.</summary>
    Task<OrderIdBlock> NextBlock();

    /// <summary>Moves the sequence beyond the highest order's id where it is behind, as after a restore. Does nothing where it has just checked.</summary>
    Task MoveBeyondOrders();
}
