using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class An_orders_own_steps
{
    [Fact]
    public void Reserve_it_with_the_total_of_its_try()
    {
        var decision = OrderLifecycle.Reserve(Given.Pending, attempt: 1, totalAmount: 20.98m, Given.Now);

        Assert.Equal(
            Given.Pending with
            {
                Status = OrderStatus.Reserved,
                TotalAmount = 20.98m,
                Version = 2,
                UpdatedAt = Given.Now,
                Transitions = decision.Next!.Transitions,
            },
            decision.Next);
        Assert.Equal<OrderTransition>([.. Given.Pending.Transitions, new(OrderStatus.Reserved, 2, Given.Now)], decision.Next.Transitions);
        Assert.Equal(new OrderReserved(42, "alice", Given.Lines, 20.98m, Version: 2, Given.Now), decision.Event);
        Assert.False(decision.Next.IsUnsettled);
    }

    [Fact]
    public void Fail_it_with_the_reason_of_its_try()
    {
        var decision = OrderLifecycle.Fail(Given.Pending, attempt: 1, "unknown product: sku-2", Given.Now);

        Assert.Equal(
            Given.Pending with
            {
                Status = OrderStatus.Failed,
                FailReason = "unknown product: sku-2",
                Version = 2,
                UpdatedAt = Given.Now,
                Transitions = decision.Next!.Transitions,
            },
            decision.Next);
        Assert.Equal<OrderTransition>([.. Given.Pending.Transitions, new(OrderStatus.Failed, 2, Given.Now)], decision.Next.Transitions);
        Assert.Equal(new OrderFailed(42, "alice", Given.Lines, "unknown product: sku-2", Version: 2, Given.Now), decision.Event);
        Assert.False(decision.Next.IsUnsettled);
    }

    [Fact]
    public void Try_again_under_a_new_number_and_tell_nobody()
    {
        var decision = OrderLifecycle.TryAgain(Given.Pending, attempt: 1, Given.Now);

        Assert.Equal(Given.Pending with { Attempt = 2, Version = 2, UpdatedAt = Given.Now }, decision.Next);
        Assert.Null(decision.Event);
        Assert.True(decision.Next!.IsUnsettled);
    }

    [Fact]
    public void Note_that_its_stock_was_given_back_and_tell_nobody()
    {
        var decision = OrderLifecycle.Released(Given.Releasing, attempt: 1, Given.Now);

        Assert.Equal(Given.Releasing with { Releasing = false, Version = 4, UpdatedAt = Given.Now }, decision.Next);
        Assert.Null(decision.Event);
        Assert.False(decision.Next!.IsUnsettled);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Of_a_try_that_is_not_the_present_one_are_refused(int attempt)
    {
        var pending = Given.Pending with { Attempt = 2 };
        var releasing = Given.Releasing with { Attempt = 2 };

        AreRefused(pending, attempt, $"order 42 has gone on: it is pending at try 2, this was try {attempt}");
        AreRefused(releasing, attempt, $"order 42 has gone on: it is cancelled at try 2, this was try {attempt}");
    }

    [Theory]
    [InlineData(OrderStatus.Reserved, "reserved")]
    [InlineData(OrderStatus.Failed, "failed")]
    [InlineData(OrderStatus.Cancelled, "cancelled")]
    public void Are_refused_once_the_order_has_settled(OrderStatus status, string name) =>
        AreRefused(Given.In(status), attempt: 1, $"order 42 has gone on: it is {name} at try 1, this was try 1");

    [Fact]
    public void Are_refused_once_the_order_is_deleted() =>
        AreRefused(Given.Deleted, attempt: 1, "order 42 has gone on: it is cancelled at try 1, this was try 1");

    [Fact]
    public void Of_a_try_are_refused_while_the_order_gives_back_its_stock()
    {
        foreach (var decision in StepsOfATry(Given.Releasing, attempt: 1))
            Assert.Equal(OrderDecision.Refuse("order 42 has gone on: it is cancelled at try 1, this was try 1"), decision);
    }

    [Fact]
    public void Give_back_nothing_of_an_order_that_still_tries() =>
        Assert.Equal(
            OrderDecision.Refuse("order 42 has gone on: it is pending at try 1, this was try 1"),
            OrderLifecycle.Released(Given.Pending, attempt: 1, Given.Now));

    private static void AreRefused(OrderState order, int attempt, string reason)
    {
        foreach (var decision in StepsOfATry(order, attempt).Append(OrderLifecycle.Released(order, attempt, Given.Now)))
            Assert.Equal(OrderDecision.Refuse(reason), decision);
    }

    private static OrderDecision[] StepsOfATry(OrderState order, int attempt) =>
    [
        OrderLifecycle.Reserve(order, attempt, totalAmount: 1, Given.Now),
        OrderLifecycle.Fail(order, attempt, "late", Given.Now),
        OrderLifecycle.TryAgain(order, attempt, Given.Now),
    ];
}
