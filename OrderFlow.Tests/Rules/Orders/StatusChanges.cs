using OrderFlow.Orders;
using static OrderFlow.Orders.OrderStatus;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class StatusChanges
{
    [Theory]
    [InlineData(Pending, false)]
    [InlineData(Pending, true)]
    [InlineData(Reserved, false)]
    [InlineData(Reserved, true)]
    public void Owner_and_admin_can_cancel_a_pending_or_reserved_order(OrderStatus from, bool admin)
    {
        var order = Given.In(from);

        var decision = Change(order, Cancelled, admin ? Given.Admin : Given.Alice);

        Assert.Equal(
            order with
            {
                Status = Cancelled,
                Releasing = true,
                Version = order.Version + 1,
                UpdatedAt = Given.Now,
                Transitions = decision.Next!.Transitions,
            },
            decision.Next);
        Assert.Equal<OrderTransition>([.. order.Transitions, new(Cancelled, order.Version + 1, Given.Now)], decision.Next.Transitions);
        Assert.Equal(new OrderCancelled(42, "alice", Given.Lines, "cancelled", order.Version + 1, Given.Now), decision.Event);
    }

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
        Assert.Equal<OrderTransition>([.. Given.Failed.Transitions, new(Pending, 3, Given.Now)], decision.Next.Transitions);
        Assert.Equal(new OrderReopened(42, "alice", Given.Lines, Version: 3, Given.Now), decision.Event);
    }

    [Fact]
    public void The_owner_cannot_retry_a_failed_order() =>
        Assert.Equal(OrderDecision.Forbid("only an admin can retry a failed order"), Change(Given.Failed, Pending, Given.Alice));

    [Theory]
    [InlineData(Pending)]
    [InlineData(Reserved)]
    [InlineData(Failed)]
    [InlineData(Cancelled)]
    public void The_status_it_has_is_fine_and_changes_nothing(OrderStatus status)
    {
        Assert.Equal(OrderDecision.NoChange, Change(Given.In(status), status, Given.Alice));
        Assert.Equal(OrderDecision.NoChange, Change(Given.In(status), status, Given.Admin));
    }

    [Fact]
    public void Cancelling_again_is_fine_while_stock_is_being_released() =>
        Assert.Equal(OrderDecision.NoChange, Change(Given.Releasing, Cancelled, Given.Alice));

    [Theory]
    [InlineData(Pending, Reserved, "a pending order cannot become reserved")]
    [InlineData(Pending, Failed, "a pending order cannot become failed")]
    [InlineData(Reserved, Pending, "a reserved order cannot become pending")]
    [InlineData(Reserved, Failed, "a reserved order cannot become failed")]
    [InlineData(Failed, Reserved, "a failed order cannot become reserved")]
    [InlineData(Failed, Cancelled, "a failed order cannot become cancelled")]
    [InlineData(Cancelled, Pending, "a cancelled order cannot become pending")]
    [InlineData(Cancelled, Reserved, "a cancelled order cannot become reserved")]
    [InlineData(Cancelled, Failed, "a cancelled order cannot become failed")]
    public void Any_other_change_is_refused_with_the_allowed_statuses(OrderStatus from, OrderStatus to, string reason)
    {
        var (owner, admin) = from switch
        {
            Pending or Reserved => (Owner: new[] { Cancelled }, Admin: new[] { Cancelled }),
            Failed => ([], [Pending]),
            _ => ([], []),
        };

        IsRefused(Change(Given.In(from), to, Given.Alice), reason, owner);
        IsRefused(Change(Given.In(from), to, Given.Admin), reason, admin);
    }

    [Theory]
    [InlineData(Pending)]
    [InlineData(Reserved)]
    [InlineData(Failed)]
    [InlineData(Cancelled)]
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
            Assert.Equal(OrderDecision.NotFound, Change(Given.Deleted, target, Given.Alice));
            Assert.Equal(OrderDecision.NotFound, Change(Given.Deleted, target, Given.Admin));
        }
    }

    [Theory]
    [InlineData(Pending)]
    [InlineData(Reserved)]
    [InlineData(Failed)]
    [InlineData(Cancelled)]
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

    private static void IsRefused(OrderDecision decision, string reason, OrderStatus[] allowed)
    {
        Assert.Equal((Outcome.Conflict, reason, null, null), (decision.Outcome, decision.Reason, decision.Next, decision.Event));
        Assert.Equal<OrderStatus>(allowed, decision.AllowedStatuses);
    }
}
