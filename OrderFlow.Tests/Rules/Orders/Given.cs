using System.Collections.Immutable;
using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>What the tests start from: alice's order 42, brought to each state by the rules.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Earlier = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Now = Earlier.AddMinutes(1);

    public static readonly Caller Alice = new("alice", IsAdmin: false);

    public static readonly Caller Bob = new("bob", IsAdmin: false);

    public static readonly Caller Admin = new("root", IsAdmin: true);

    public static readonly Caller Payments = new("till", IsAdmin: false, IsPayments: true);

    public static readonly Caller Fulfilment = new("warehouse", IsAdmin: false, IsFulfilment: true);

    public static readonly Tracking Parcel = new("DHL", "00340434161094042557", "https://example.com/parcels/00340434161094042557");

    public static readonly ImmutableArray<OrderLine> Lines = [new("sku-1", 2), new("sku-2", 1)];

    public static readonly PlaceOrder Command = new(Alice, "alice", Lines, AgreedTotal: null);

    public static OrderState Pending { get; } = Next(OrderLifecycle.Place(42, Command, Earlier));

    public static OrderState Reserved { get; } = Next(OrderLifecycle.Reserve(Pending, attempt: 1, totalAmount: 20.98m, Earlier));

    /// <summary>Reserved for a minute: it expires now.</summary>
    public static OrderState Expiring { get; } =
        Next(OrderLifecycle.Reserve(Next(OrderLifecycle.Place(42, Command with { ReserveFor = Now - Earlier }, Earlier)), attempt: 1, totalAmount: 20.98m, Earlier));

    public static OrderState Confirmed { get; } = Next(OrderLifecycle.ChangeStatus(Reserved, new(OrderStatus.Confirmed, Payments), Earlier));

    /// <summary>Fulfilled, with its units still in the stock.</summary>
    public static OrderState Consuming { get; } =
        Next(OrderLifecycle.ChangeStatus(Reserved, new(OrderStatus.Fulfilled, Fulfilment, Tracking: Parcel), Earlier));

    public static OrderState Fulfilled { get; } = Next(OrderLifecycle.Consumed(Consuming, attempt: 1, Earlier));

    public static OrderState Failed { get; } = Next(OrderLifecycle.Fail(Pending, attempt: 1, "insufficient stock: sku-1 wanted 2, available 0", Earlier));

    /// <summary>Cancelled, with its stock not yet released.</summary>
    public static OrderState Releasing { get; } = Next(OrderLifecycle.ChangeStatus(Reserved, new(OrderStatus.Cancelled, Alice), Earlier));

    public static OrderState Cancelled { get; } = Next(OrderLifecycle.Released(Releasing, attempt: 1, Earlier));

    public static OrderState Deleted { get; } = Next(OrderLifecycle.Delete(Cancelled, Alice, Earlier));

    public static OrderState In(OrderStatus status) => status switch
    {
        OrderStatus.Pending => Pending,
        OrderStatus.Reserved => Reserved,
        OrderStatus.Failed => Failed,
        OrderStatus.Cancelled => Cancelled,
        OrderStatus.Confirmed => Confirmed,
        OrderStatus.Fulfilled => Fulfilled,
        OrderStatus.Unknown => throw new ArgumentException("No rule makes an order of an unknown status.", nameof(status)),
    };

    /// <summary>The transitions of an order after one more.</summary>
    public static IEnumerable<OrderTransition> TransitionsOf(OrderState order, OrderStatus next, string actor) =>
        order.Transitions.Append(new(next, order.Version + 1, Now, Actor: actor));

    public static OrderState Next(OrderDecision decision)
    {
        Assert.Equal(Outcome.Ok, decision.Outcome);
        return decision.Next!;
    }
}
