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
    public void A_pending_or_reserved_order_is_cancelled_and_its_stock_is_to_be_released(OrderStatus status, bool admin)
    {
        var order = Given.In(status);

        var decision = Delete(order, admin ? Given.Admin : Given.Alice);

        Assert.Equal(
            order with
            {
                Status = Cancelled,
                Releasing = true,
                DeletedAt = Given.Now,
                Version = order.Version + 1,
                UpdatedAt = Given.Now,
                Transitions = decision.Next!.Transitions,
            },
            decision.Next);
        Assert.Equal<OrderTransition>([.. order.Transitions, new(Cancelled, order.Version + 1, Given.Now)], decision.Next.Transitions);
        Assert.Equal(new OrderCancelled(42, "alice", Given.Lines, "deleted", order.Version + 1, Given.Now), decision.Event);
        Assert.True(decision.Next.IsUnsettled);
    }

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
    public void A_deleted_order_settles_once_its_stock_is_released()
    {
        var deleted = Given.Next(Delete(Given.Reserved, Given.Alice));

        var done = OrderLifecycle.Released(deleted, attempt: 1, Given.Now);

        Assert.Equal(deleted with { Releasing = false, Version = deleted.Version + 1 }, done.Next);
        Assert.False(done.Next!.IsUnsettled);
    }

    [Theory]
    [InlineData(Pending)]
    [InlineData(Reserved)]
    [InlineData(Failed)]
    [InlineData(Cancelled)]
    public void Another_users_order_is_not_found(OrderStatus status) =>
        Assert.Equal(OrderDecision.NotFound, Delete(Given.In(status), Given.Bob));

    [Fact]
    public void Deleting_twice_is_not_found_the_second_time()
    {
        Assert.Equal(OrderDecision.NotFound with { WasDeletedBefore = true }, Delete(Given.Deleted, Given.Alice));
        Assert.Equal(OrderDecision.NotFound with { WasDeletedBefore = true }, Delete(Given.Deleted, Given.Admin));
        Assert.Equal(OrderDecision.NotFound, Delete(Given.Deleted, Given.Bob));
    }

    [Fact]
    public void A_deleted_order_is_hidden_from_everybody()
    {
        Assert.True(OrderLifecycle.IsHiddenFrom(Given.Deleted, Given.Alice));
        Assert.True(OrderLifecycle.IsHiddenFrom(Given.Deleted, Given.Admin));
    }

    [Fact]
    public void An_order_is_hidden_from_other_users()
    {
        Assert.False(OrderLifecycle.IsHiddenFrom(Given.Reserved, Given.Alice));
        Assert.False(OrderLifecycle.IsHiddenFrom(Given.Reserved, Given.Admin));
        Assert.True(OrderLifecycle.IsHiddenFrom(Given.Reserved, Given.Bob));
    }

    private static OrderDecision Delete(OrderState order, Caller by) => OrderLifecycle.Delete(order, by, Given.Now);
}
