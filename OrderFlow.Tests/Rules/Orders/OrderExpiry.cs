using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class OrderExpiry
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void An_order_is_placed_with_its_own_time_of_reservation_or_else_the_default()
    {
        Assert.Equal(Hour, Placed(Hour, Day).ReserveFor);
        Assert.Equal(Day, Placed(null, Day).ReserveFor);
        Assert.Null(Placed(null, null).ReserveFor);

        static OrderState Placed(TimeSpan? reserveFor, TimeSpan? byDefault) =>
            Given.Next(OrderLifecycle.Place(42, Given.Command with { ReserveFor = reserveFor }, Given.Now, byDefault));
    }

    [Fact]
    public void The_time_runs_from_when_the_stock_is_reserved_and_anew_after_a_retry()
    {
        var pending = Given.Pending with { ReserveFor = Hour };
        var reserved = Given.Next(OrderLifecycle.Reserve(pending, attempt: 1, totalAmount: 20.98m, Given.Now + Day));
        var failed = Given.Next(OrderLifecycle.Fail(pending, attempt: 1, "unknown product: sku-2", Given.Now));
        var reopened = Given.Next(OrderLifecycle.ChangeStatus(failed, new(OrderStatus.Pending, Given.Admin), Given.Now));

        Assert.Equal((null, Given.Now + Day + Hour), (pending.ExpiresAt, reserved.ExpiresAt));
        Assert.Equal((null, null), (failed.ExpiresAt, reopened.ExpiresAt));
        Assert.Equal(Given.Now + Day + Day + Hour, Given.Next(OrderLifecycle.Reserve(reopened, attempt: 2, totalAmount: 20.98m, Given.Now + Day + Day)).ExpiresAt);
    }

    [Fact]
    public void An_order_without_a_time_of_reservation_does_not_expire()
    {
        Assert.Null(Given.Reserved.ExpiresAt);
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.Expire(Given.Reserved, DateTimeOffset.MaxValue));
    }

    [Fact]
    public void A_reserved_order_is_cancelled_once_its_time_is_over()
    {
        var decision = OrderLifecycle.Expire(Given.Expiring, Given.Now);

        Assert.Equal(
            Given.Expiring with
            {
                Status = OrderStatus.Cancelled,
                CancelReason = "expired",
                ExpiresAt = null,
                Releasing = true,
                Version = 3,
                UpdatedAt = Given.Now,
                Transitions = decision.Next!.Transitions,
            },
            decision.Next);
        Assert.Equal(Given.TransitionsOf(Given.Expiring, OrderStatus.Cancelled, "system"), decision.Next.Transitions);
        Assert.Equal(new OrderCancelled(42, "alice", Given.Lines, "expired", Version: 3, Given.Now), decision.Event);
        Assert.True(decision.Next.IsUnsettled);
    }

    [Fact]
    public void It_is_not_cancelled_before_whatever_other_clocks_say() =>
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.Expire(Given.Expiring, Given.Now.AddMilliseconds(-1)));

    [Theory]
    [InlineData(OrderStatus.Confirmed)]
    [InlineData(OrderStatus.Fulfilled)]
    [InlineData(OrderStatus.Cancelled)]
    public void Nothing_expires_after_another_change(OrderStatus status)
    {
        var order = Given.Next(OrderLifecycle.ChangeStatus(Given.Expiring, new(status, Given.Admin), Given.Now));

        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.Expire(order, Given.Now + Day));
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.Expire(order with { ExpiresAt = Given.Earlier }, Given.Now + Day));   // as 1.0.0 leaves it
    }

    [Fact]
    public void A_pending_order_does_not_expire_however_long_it_has_waited() =>
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.Expire(Given.Pending with { ReserveFor = Hour }, Given.Now + Day));

    [Fact]
    public void An_order_whose_time_is_over_can_be_confirmed_and_fulfilled_until_it_is_cancelled()
    {
        Assert.Equal(Outcome.Ok, OrderLifecycle.ChangeStatus(Given.Expiring, new(OrderStatus.Confirmed, Given.Payments), Given.Now + Day).Outcome);
        Assert.Equal(Outcome.Ok, OrderLifecycle.ChangeStatus(Given.Expiring, new(OrderStatus.Fulfilled, Given.Fulfilment), Given.Now + Day).Outcome);
    }
}
