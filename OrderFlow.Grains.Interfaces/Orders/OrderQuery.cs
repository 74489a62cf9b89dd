using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>Which orders to list, newest first (by <see cref="Order.CreatedAt"/>, then id).</summary>
/// <param name="Status">Only orders with this status; null for <paramref name="Statuses"/>.</param>
/// <param name="UserId">Only this user's orders; null for all the caller may see.</param>
/// <param name="Page">The page's number; the first is 1.</param>
/// <param name="Limit">Items on a page, 1 to 100.</param>
/// <param name="After">List from after this position; costs the same at any depth. Null to list by <paramref name="Page"/>.</param>
/// <param name="Statuses">Only orders with one of these statuses, each given once; default for all.</param>
/// <param name="CreatedFrom">Only orders created at this time or later, UTC.</param>
/// <param name="CreatedTo">Only orders created before this time, UTC.</param>
/// <param name="ProductId">Only orders with a line of exactly this product.</param>
[GenerateSerializer, Immutable, Alias("order-query")]
public sealed record OrderQuery(
    [property: Id(0)] OrderStatus? Status,
    [property: Id(1)] string? UserId,
    [property: Id(2)] int Page,
    [property: Id(3)] int Limit,
    [property: Id(4)] OrderListPosition? After = null,
    [property: Id(5)] ImmutableArray<OrderStatus> Statuses = default,
    [property: Id(6)] DateTimeOffset? CreatedFrom = null,
    [property: Id(7)] DateTimeOffset? CreatedTo = null,
    [property: Id(8)] string? ProductId = null)
{
    /// <summary>True if the orders are counted: their number is kept by user and status alone.</summary>
    public bool HasTotal => CreatedFrom is null && CreatedTo is null && ProductId is null;

    /// <summary>True if the query has filters that silos of 1.0.0 would ignore: only <see cref="IOrderSearchGrain"/> may answer it.</summary>
    public bool IsSearch => !Statuses.IsDefaultOrEmpty || !HasTotal;

    /// <summary>The statuses to list; empty for all.</summary>
    public ImmutableArray<OrderStatus> WantedStatuses => !Statuses.IsDefaultOrEmpty ? Statuses : Status is { } only ? [only] : [];
}

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

/// <summary>Lists orders by the filters of 1.0.0: status and user. Stateless: any silo answers.</summary>
[Alias("order-queries")]
public interface IOrderQueryGrain : IGrainWithIntegerKey
{
    /// <summary>One page of the orders that match. Callers who are not admins see only their own.</summary>
    [Alias("list")]
    Task<OrderList> List(OrderQuery query, Caller by);
}

/// <summary>Lists orders by all filters. Stateless: any silo that has it answers.</summary>
/// <remarks>
/// A grain type of its own, which silos of 1.0.0 do not have: Orleans places it on other silos only. A version of <see cref="IOrderQueryGrain"/> would not do,
/// for Orleans does not version stateless workers.
/// </remarks>
[Alias("order-search")]
public interface IOrderSearchGrain : IGrainWithIntegerKey
{
    /// <inheritdoc cref="IOrderQueryGrain.List"/>
    [Alias("list")]
    Task<OrderList> List(OrderQuery query, Caller by);
}
