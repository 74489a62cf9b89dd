namespace OrderFlow.Orders;

/// <summary>Lists orders.</summary>
internal interface IOrderIndex
{
    /// <summary>One page of the orders that are not deleted, newest first; counted if <see cref="OrderQuery.HasTotal"/>.</summary>
    Task<Page<Order>> List(OrderQuery query);

    /// <summary>Searches the next orders of a user, deleted or not, newest first, for those with a contact.</summary>
    /// <returns>Their ids, and the position to continue from; null where there are no more orders.</returns>
    Task<(IReadOnlyList<long> Ids, OrderListPosition? Next)> FindContacts(string userId, OrderListPosition? after, int limit);
}
