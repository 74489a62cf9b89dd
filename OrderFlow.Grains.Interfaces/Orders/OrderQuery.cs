namespace OrderFlow.Orders;

/// <summary>Which orders to list, newest first (by <see cref="Order.CreatedAt"/>, then id).</summary>
/// <param name="Status">Only orders with this status; null for all.</param>
/// <param name="UserId">Only this user's orders; null for all the caller may see.</param>
/// <param name="Page">The page's number; the first is 1.</param>
/// <param name="Limit">Items on a page, 1 to 100.</param>
/// <param name="After">List from after this position; costs the same at any depth. Null to list by <paramref name="Page"/>.</param>
[GenerateSerializer, Immutable, Alias("order-query")]
public sealed record OrderQuery(
    [property: Id(0)] OrderStatus? Status,
    [property: Id(1)] string? UserId,
    [property: Id(2)] int Page,
    [property: Id(3)] int Limit,
    [property: Id(4)] OrderListPosition? After = null);

/// <summary>A position in the list of orders: right after the order with this time and id, whether it exists or not.</summary>
/// <param name="CreatedAt">The order's <see cref="Order.CreatedAt"/>.</param>
/// <param name="Id">The order's id.</param>
[GenerateSerializer, Immutable, Alias("order-place")]
public sealed record OrderListPosition([property: Id(0)] DateTimeOffset CreatedAt, [property: Id(1)] long Id);

/// <summary>The answer to a query of orders.</summary>
/// <param name="Outcome">Ok, or Forbidden where the caller asked for another user's orders.</param>
/// <param name="Page">The page, where the outcome is Ok.</param>
[GenerateSerializer, Immutable, Alias("order-list")]
public sealed record OrderList(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] Page<Order>? Page = null);

/// <summary>Lists orders. Stateless: any silo answers.</summary>
[Alias("order-queries")]
public interface IOrderQueryGrain : IGrainWithIntegerKey
{
    /// <summary>One page of the orders that match. Callers who are not admins see only their own.</summary>
    [Alias("list")]
    Task<OrderList> List(OrderQuery query, Caller by);
}
