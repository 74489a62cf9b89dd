using OrderFlow.Orders;
using static OrderFlow.Orders.OrderStatus;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class OrderDeletion
{
    [Theory]
    [InlineData(Pending, false)]
    [InlineData(Pending, true)]
    [InlineData(Reserved, false)]
    [InlineData(Reserved, true)]
    [InlineData(Confirmed, true)]
    public void An_order_that_holds_stock_or_reserves_it_is_cancelled_and_its_stock_is_to_be_released(OrderStatus status, bool admin)
    {
        var order = Given.In(status);
        var by = admin ? Given.Admin : Given.Alice;

        var decision = Delete(order, by);

        Assert.Equal(
            order with
            {
                Status = Cancelled,
                CancelReason = "deleted",
                Releasing = true,
                DeletedAt = Given.Now,
                Version = order.Version + 1,
                UpdatedAt = Given.Now,
                Transitions = decision.Next!.Transitions,
            },
            decision.Next);
        Assert.Equal(Given.TransitionsOf(order, Cancelled, by.UserId), decision.Next.Transitions);
        Assert.Equal(new OrderCancelled(42, "alice", Given.Lines, "deleted", order.Version + 1, Given.Now), decision.Event);
        Assert.True(decision.Next.IsUnsettled);
    }

    [Fact]
    public void The_owner_cannot_delete_a_confirmed_order() =>
        Assert.Equal(OrderDecision.Forbid("only an admin can delete a confirmed order"), Delete(Given.Confirmed, Given.Alice));

    [Theory, MemberData(nameof(StatusChanges.Statuses), MemberType = typeof(StatusChanges))]
    public void Payments_and_fulfilment_delete_only_their_own_orders(OrderStatus status)
    {
        foreach (var by in new[] { Given.Payments, Given.Fulfilment })
        {
            Assert.Equal(OrderDecision.Forbid("only its owner or an admin can delete an order"), Delete(Given.In(status), by));
            Assert.Equal(status == Confirmed ? Outcome.Forbidden : Outcome.Ok, Delete(Given.In(status), by with { UserId = "alice" }).Outcome);
        }
    }

    [Fact]
    public void A_deleted_order_does_not_expire() => Assert.Null(Given.Next(Delete(Given.Expiring, Given.Alice)).ExpiresAt);

    [Fact]
    public void A_command_for_another_version_is_stale()
    {
        var order = Given.In(Reserved);
        Assert.Equal(OrderDecision.Stale, OrderLifecycle.Delete(order, Given.Alice, Given.Now, new([order.Version + 1])));
        Assert.Equal(OrderDecision.NotFound, OrderLifecycle.Delete(order, Given.Bob, Given.Now, new([order.Version + 1])));
        Assert.Equal(Delete(order, Given.Alice).Event, OrderLifecycle.Delete(order, Given.Alice, Given.Now, new([order.Version])).Event);
    }

    [Theory]
    [InlineData(Failed)]
    [InlineData(Cancelled)]
    [InlineData(Fulfilled)]
    public void An_order_that_holds_nothing_leaves_a_tombstone_row_and_publishes_no_event(OrderStatus status)
    {
        var order = Given.In(status);

        var decision = Delete(order, Given.Alice);

        Assert.Equal(order with { DeletedAt = Given.Now, Version = order.Version + 1, UpdatedAt = Given.Now }, decision.Next);
        Assert.Null(decision.Event);
        Assert.False(decision.Next!.IsUnsettled);
    }

    [Fact]
    public void A_cancelled_order_continues_to_release_its_stock_and_publishes_no_event()
    {
        var decision = Delete(Given.Releasing, Given.Alice);

        Assert.Equal(Given.Releasing with { DeletedAt = Given.Now, Version = 4, UpdatedAt = Given.Now }, decision.Next);
        Assert.Null(decision.Event);
        Assert.True(decision.Next!.IsUnsettled);
    }

    [Fact]
    public void A_fulfilled_order_continues_to_consume_its_units_and_publishes_no_event()
    {
        var decision = Delete(Given.Consuming, Given.Alice);

        Assert.Equal(Given.Consuming with { DeletedAt = Given.Now, Version = 4, UpdatedAt = Given.Now }, decision.Next);
        Assert.Null(decision.Event);
        Assert.True(decision.Next!.IsUnsettled);

        var done = OrderLifecycle.Consumed(decision.Next, attempt: 1, Given.Now);

        Assert.Equal(decision.Next with { Consuming = false, Version = 5 }, done.Next);
        Assert.False(done.Next!.IsUnsettled);
    }

    [Fact]
    public void A_deleted_order_settles_once_its_stock_is_released()
    {
        var deleted = Given.Next(Delete(Given.Reserved, Given.Alice));

        var done = OrderLifecycle.Released(deleted, attempt: 1, Given.Now);

        Assert.Equal(deleted with { Releasing = false, Version = deleted.Version + 1 }, done.Next);
        Assert.False(done.Next!.IsUnsettled);
    }

    [Theory, MemberData(nameof(StatusChanges.Statuses), MemberType = typeof(StatusChanges))]
    public void Another_users_order_is_not_found(OrderStatus status) =>
        Assert.Equal(OrderDecision.NotFound, Delete(Given.In(status), Given.Bob));

    [Fact]
    public void Deleting_twice_is_not_found_the_second_time()
    {
        Assert.Equal(OrderDecision.NotFound with { WasDeletedBefore = true }, Delete(Given.Deleted, Given.Alice));
        Assert.Equal(OrderDecision.NotFound with { WasDeletedBefore = true }, Delete(Given.Deleted, Given.Admin));
        Assert.Equal(OrderDecision.NotFound, Delete(Given.Deleted, Given.Bob));
        Assert.Equal(OrderDecision.NotFound, Delete(Given.Deleted, Given.Fulfilment));
    }

    [Fact]
    public void A_deleted_order_is_hidden_from_everybody()
    {
        Assert.True(OrderLifecycle.IsHiddenFrom(Given.Deleted, Given.Alice));
        Assert.True(OrderLifecycle.IsHiddenFrom(Given.Deleted, Given.Admin));
        Assert.True(OrderLifecycle.IsHiddenFrom(Given.Deleted, Given.Payments));
    }

    [Fact]
    public void An_order_is_hidden_from_users_who_neither_own_confirm_nor_fulfil_it()
    {
        Assert.False(OrderLifecycle.IsHiddenFrom(Given.Reserved, Given.Alice));
        Assert.False(OrderLifecycle.IsHiddenFrom(Given.Reserved, Given.Admin));
        Assert.False(OrderLifecycle.IsHiddenFrom(Given.Reserved, Given.Payments));
        Assert.False(OrderLifecycle.IsHiddenFrom(Given.Reserved, Given.Fulfilment));
        Assert.True(OrderLifecycle.IsHiddenFrom(Given.Reserved, Given.Bob));
    }

    private static OrderDecision Delete(OrderState order, Caller by) => OrderLifecycle.Delete(order, by, Given.Now);
}
