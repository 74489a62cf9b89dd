using OrderFlow.Orders;
using static OrderFlow.Orders.OrderStatus;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class StatusChanges
{
    private static readonly Caller[] Callers = [Given.Alice, Given.Admin, Given.Payments, Given.Fulfilment];

    /// <summary>Every change that callers can make, and which callers.</summary>
    private static readonly (OrderStatus From, OrderStatus To, Caller[] By)[] Changes =
    [
        (Pending, Cancelled, [Given.Alice, Given.Admin]),
        (Reserved, Confirmed, [Given.Admin, Given.Payments]),
        (Reserved, Fulfilled, [Given.Admin, Given.Fulfilment]),
        (Reserved, Cancelled, [Given.Alice, Given.Admin]),
        (Confirmed, Fulfilled, [Given.Admin, Given.Fulfilment]),
        (Confirmed, Cancelled, [Given.Admin]),
        (Failed, Pending, [Given.Admin]),
    ];

    public static TheoryData<OrderStatus> Statuses => [.. OrderStatusNames.Known];

    [Theory, MemberData(nameof(Statuses))]
    public void Callers_can_make_the_changes_of_the_table_and_no_others(OrderStatus from)
    {
        foreach (var to in OrderStatusNames.Known.Where(to => to != from))
        {
            foreach (var by in Callers)
            {
                var decision = Change(Given.In(from), to, by);
                var expected = Changes.Where(change => (change.From, change.To) == (from, to)).Select(change => change.By.Contains(by) ? Outcome.Ok : Outcome.Forbidden);
                Assert.Equal((from, to, by, expected.SingleOrDefault(Outcome.Conflict)), (from, to, by, decision.Outcome));
                Assert.Equal(decision.Outcome == Outcome.Ok, decision is { Next: not null, Event: not null });
            }
        }
    }

    [Theory, MemberData(nameof(Statuses))]
    public void Any_other_change_is_refused_with_the_statuses_that_the_caller_can_choose(OrderStatus from)
    {
        foreach (var to in OrderStatusNames.Known.Where(to => to != from && !Changes.Any(change => (change.From, change.To) == (from, to))))
        {
            foreach (var by in Callers)
            {
                var decision = Change(Given.In(from), to, by);
                Assert.Equal(
                    (Outcome.Conflict, $"a {from.ToWireName()} order cannot become {to.ToWireName()}", null, null),
                    (decision.Outcome, decision.Reason, decision.Next, decision.Event));
                Assert.Equal(Changes.Where(change => change.From == from && change.By.Contains(by)).Select(change => change.To), decision.AllowedStatuses);
            }
        }
    }

    [Theory]
    [InlineData(Pending, false)]
    [InlineData(Pending, true)]
    [InlineData(Reserved, false)]
    [InlineData(Reserved, true)]
    [InlineData(Confirmed, true)]
    public void A_cancelled_order_has_a_reason_and_its_stock_is_to_be_released(OrderStatus from, bool admin)
    {
        var order = Given.In(from);
        var by = admin ? Given.Admin : Given.Alice;

        var decision = Change(order, Cancelled, by);

        Assert.Equal(
            order with
            {
                Status = Cancelled,
                CancelReason = "cancelled",
                Releasing = true,
                Version = order.Version + 1,
                UpdatedAt = Given.Now,
                Transitions = decision.Next!.Transitions,
            },
            decision.Next);
        Assert.Equal(Given.TransitionsOf(order, Cancelled, by.UserId), decision.Next.Transitions);
        Assert.Equal(new OrderCancelled(42, "alice", Given.Lines, "cancelled", order.Version + 1, Given.Now), decision.Event);
    }

    [Fact]
    public void An_admin_can_say_why_the_order_is_cancelled()
    {
        var decision = OrderLifecycle.ChangeStatus(Given.Reserved, new(Cancelled, Given.Admin, CancelReason: "the parcel was lost"), Given.Now);

        Assert.Equal(("the parcel was lost", "the parcel was lost"), (decision.Next!.CancelReason, ((OrderCancelled)decision.Event!).Reason));
    }

    [Fact]
    public void The_owner_cannot_say_why()
    {
        foreach (var order in new[] { Given.Reserved, Given.Cancelled })
        {
            Assert.Equal(
                OrderDecision.Forbid("only an admin can give a reason"),
                OrderLifecycle.ChangeStatus(order, new(Cancelled, Given.Alice, CancelReason: "too slow"), Given.Now));
        }
    }

    [Fact]
    public void An_order_is_not_cancelled_again_for_another_reason()
    {
        var recalled = Given.Cancelled with { CancelReason = "the product was recalled" };

        Assert.Equal(OrderDecision.NoChange, Repeat(recalled, "the product was recalled"));
        Assert.Equal(OrderDecision.NoChange, Repeat(recalled, reason: null));
        Assert.Equal(OrderDecision.Refuse("the order is cancelled for another reason already", []), Repeat(recalled, "the parcel was lost"));
        Assert.Equal(Outcome.Conflict, Repeat(Given.Cancelled, "the parcel was lost").Outcome);

        static OrderDecision Repeat(OrderState order, string? reason) =>
            OrderLifecycle.ChangeStatus(order, new(Cancelled, Given.Admin, CancelReason: reason), Given.Now);
    }

    [Fact]
    public void Confirming_an_order_again_is_fine_after_it_was_fulfilled_and_not_after_it_was_cancelled()
    {
        var fulfilled = Given.Next(Change(Given.Confirmed, Fulfilled, Given.Fulfilment));
        var cancelled = Given.Next(Change(Given.Confirmed, Cancelled, Given.Admin));

        Assert.Equal(OrderDecision.NoChange, Change(fulfilled, Confirmed, Given.Payments));
        Assert.Equal(Outcome.Conflict, Change(fulfilled, Confirmed, Given.Fulfilment).Outcome);
        Assert.Equal(Outcome.Conflict, Change(Given.Fulfilled, Confirmed, Given.Payments).Outcome);
        Assert.Equal(Outcome.Conflict, Change(cancelled, Confirmed, Given.Payments).Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_confirmed_order_keeps_its_stock_and_does_not_expire(bool expiring)
    {
        var order = expiring ? Given.Expiring : Given.Reserved;

        var decision = Change(order, Confirmed, Given.Payments);

        Assert.Equal(
            order with { Status = Confirmed, ExpiresAt = null, Version = 3, UpdatedAt = Given.Now, Transitions = decision.Next!.Transitions }, decision.Next);
        Assert.Equal(Given.TransitionsOf(order, Confirmed, "till"), decision.Next.Transitions);
        Assert.Equal(new OrderConfirmed(42, "alice", Given.Lines, 20.98m, Version: 3, Given.Now), decision.Event);
        Assert.False(decision.Next.IsUnsettled);
    }

    [Theory]
    [InlineData(Reserved, false)]
    [InlineData(Reserved, true)]
    [InlineData(Confirmed, true)]
    public void The_units_of_a_fulfilled_order_are_to_leave_the_stock(OrderStatus from, bool tracked)
    {
        var order = Given.In(from);
        var tracking = tracked ? Given.Parcel : null;

        var decision = OrderLifecycle.ChangeStatus(order, new(Fulfilled, Given.Fulfilment, Tracking: tracking), Given.Now);

        Assert.Equal(
            order with
            {
                Status = Fulfilled,
                Tracking = tracking,
                Consuming = true,
                Version = order.Version + 1,
                UpdatedAt = Given.Now,
                Transitions = decision.Next!.Transitions,
            },
            decision.Next);
        Assert.Equal(Given.TransitionsOf(order, Fulfilled, "warehouse"), decision.Next.Transitions);
        Assert.Equal(new OrderFulfilled(42, "alice", Given.Lines, 20.98m, tracking, order.Version + 1, Given.Now), decision.Event);
        Assert.True(decision.Next.IsUnsettled);
    }

    [Fact]
    public void A_fulfilled_order_does_not_expire() => Assert.Null(Change(Given.Expiring, Fulfilled, Given.Fulfilment).Next!.ExpiresAt);

    [Fact]
    public void An_admin_can_retry_a_failed_order()
    {
        var decision = Change(Given.Failed, Pending, Given.Admin);

        Assert.Equal(
            Given.Failed with
            {
                Status = Pending,
                FailReason = null,
                Attempt = 2,
                Version = 3,
                UpdatedAt = Given.Now,
                Transitions = decision.Next!.Transitions,
            },
            decision.Next);
        Assert.Equal(Given.TransitionsOf(Given.Failed, Pending, "root"), decision.Next.Transitions);
        Assert.Equal(new OrderReopened(42, "alice", Given.Lines, Version: 3, Given.Now), decision.Event);
    }

    [Theory]
    [InlineData(Reserved, Confirmed, "only an admin or the role payments can confirm an order")]
    [InlineData(Reserved, Fulfilled, "only an admin or the role fulfilment can fulfil an order")]
    [InlineData(Confirmed, Fulfilled, "only an admin or the role fulfilment can fulfil an order")]
    [InlineData(Confirmed, Cancelled, "only an admin can cancel a confirmed order")]
    [InlineData(Failed, Pending, "only an admin can retry a failed order")]
    public void The_owner_reads_who_can_make_a_change(OrderStatus from, OrderStatus to, string reason) =>
        Assert.Equal(OrderDecision.Forbid(reason), Change(Given.In(from), to, Given.Alice));

    [Fact]
    public void Payments_and_fulfilment_cannot_cancel_other_users_orders()
    {
        Assert.Equal(OrderDecision.Forbid("only its owner or an admin can cancel an order"), Change(Given.Reserved, Cancelled, Given.Payments));
        Assert.Equal(OrderDecision.Forbid("only its owner or an admin can cancel an order"), Change(Given.Reserved, Cancelled, Given.Fulfilment));
        Assert.Equal(Outcome.Ok, Change(Given.Reserved, Cancelled, Given.Payments with { UserId = "alice" }).Outcome);
    }

    [Theory, MemberData(nameof(Statuses))]
    public void The_status_it_has_is_fine_and_changes_nothing(OrderStatus status)
    {
        foreach (var by in Callers) Assert.Equal(OrderDecision.NoChange, Change(Given.In(status), status, by));
    }

    [Fact]
    public void A_repeat_is_fine_while_stock_is_being_released_or_consumed()
    {
        Assert.Equal(OrderDecision.NoChange, Change(Given.Releasing, Cancelled, Given.Alice));
        Assert.Equal(OrderDecision.NoChange, OrderLifecycle.ChangeStatus(Given.Consuming, new(Fulfilled, Given.Fulfilment, Tracking: Given.Parcel with { }), Given.Now));
    }

    [Fact]
    public void An_order_is_not_fulfilled_again_with_other_tracking()
    {
        var other = Given.Parcel with { Number = "1" };
        var untracked = Given.Fulfilled with { Tracking = null };

        Assert.Equal(OrderDecision.NoChange, Repeat(Given.Fulfilled, Given.Parcel with { }));
        Assert.Equal(OrderDecision.NoChange, Repeat(Given.Fulfilled, tracking: null));
        Assert.Equal(OrderDecision.Refuse("the order is fulfilled already, without this tracking", []), Repeat(Given.Fulfilled, other));
        Assert.Equal(Outcome.Conflict, Repeat(untracked, Given.Parcel).Outcome);

        static OrderDecision Repeat(OrderState order, Tracking? tracking) =>
            OrderLifecycle.ChangeStatus(order, new(Fulfilled, Given.Fulfilment, Tracking: tracking), Given.Now);
    }

    [Theory, MemberData(nameof(Statuses))]
    public void Another_users_order_is_not_found(OrderStatus status)
    {
        foreach (var target in OrderStatusNames.Known)
            Assert.Equal(OrderDecision.NotFound, Change(Given.In(status), target, Given.Bob));
    }

    [Fact]
    public void A_deleted_order_is_found_by_nobody()
    {
        foreach (var target in OrderStatusNames.Known)
        {
            foreach (var by in Callers) Assert.Equal(OrderDecision.NotFound, Change(Given.Deleted, target, by));
        }
    }

    [Theory, MemberData(nameof(Statuses))]
    public void A_command_for_another_version_is_stale_whatever_it_asks_for(OrderStatus status)
    {
        var order = Given.In(status);
        foreach (var target in OrderStatusNames.Known)
        {
            Assert.Equal(OrderDecision.Stale, OrderLifecycle.ChangeStatus(order, new(target, Given.Admin, new([order.Version - 1, order.Version + 1])), Given.Now));
            Assert.Equal(OrderDecision.Stale, OrderLifecycle.ChangeStatus(order, new(target, Given.Admin, new([])), Given.Now));
            Assert.Equal(OrderDecision.NotFound, OrderLifecycle.ChangeStatus(order, new(target, Given.Bob, new([])), Given.Now));

            var (expected, met) = (Change(order, target, Given.Admin), OrderLifecycle.ChangeStatus(order, new(target, Given.Admin, new([order.Version - 1, order.Version])), Given.Now));
            Assert.Equal((expected.Outcome, expected.Next?.Version, expected.Event), (met.Outcome, met.Next?.Version, met.Event));
        }
    }

    private static OrderDecision Change(OrderState order, OrderStatus target, Caller by) => OrderLifecycle.ChangeStatus(order, new(target, by), Given.Now);
}
