using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class TransitionLimit
{
    [Theory]
    [InlineData(9, 19, 1)]
    [InlineData(10, 20, 2)]
    [InlineData(30, 20, 42)]
    public void An_order_keeps_its_last_twenty_transitions_oldest_first(int retries, int kept, int oldestVersion)
    {
        var order = Given.Pending;
        for (var times = 0; times < retries; times++)
        {
            order = Given.Next(OrderLifecycle.Fail(order, order.Attempt, "unknown product: sku-9", Given.Now));
            order = Given.Next(OrderLifecycle.ChangeStatus(order, new(OrderStatus.Pending, Given.Admin), Given.Now));
        }

        Assert.Equal(Enumerable.Range(oldestVersion, kept).Select(version => (long)version), order.Transitions.Select(transition => transition.Version));
        Assert.All(order.Transitions, transition => Assert.Equal(transition.Version % 2 == 1 ? OrderStatus.Pending : OrderStatus.Failed, transition.Status));
    }

    [Fact]
    public void A_new_attempt_is_not_a_transition()
    {
        var order = Given.Next(OrderLifecycle.NextAttempt(Given.Pending, attempt: 1, Given.Now));

        Assert.Equal<OrderTransition>(Given.Pending.Transitions, order.Transitions);
    }
}
