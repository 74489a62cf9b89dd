namespace OrderFlow.Orders;

/// <summary>Lists orders.</summary>
internal interface IOrderIndex
{
    /// <summary>One page of the orders that are not deleted, newest first; counted if <see cref="OrderQuery.HasTotal"/>.</summary>
    Task<Page<Order>> List(OrderQuery query);
}
