using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class OrderSettlement
{
    [Fact]
    public void Reserve_settles_it_with_the_total_of_its_attempt()
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
        Assert.Equal(Given.TransitionsOf(Given.Pending, OrderStatus.Reserved, "system"), decision.Next.Transitions);
        Assert.Equal(new OrderReserved(42, "alice", Given.Lines, 20.98m, Version: 2, Given.Now), decision.Event);
        Assert.False(decision.Next.IsUnsettled);
    }

    [Fact]
    public void Fail_settles_it_with_the_reason_of_its_attempt()
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
        Assert.Equal(Given.TransitionsOf(Given.Pending, OrderStatus.Failed, "system"), decision.Next.Transitions);
        Assert.Equal(new OrderFailed(42, "alice", Given.Lines, "unknown product: sku-2", Version: 2, Given.Now), decision.Event);
        Assert.False(decision.Next.IsUnsettled);
    }

    [Fact]
    public void The_next_attempt_has_the_next_number_and_publishes_no_event()
    {
        var decision = OrderLifecycle.NextAttempt(Given.Pending, attempt: 1, Given.Now);

        Assert.Equal(Given.Pending with { Attempt = 2, Version = 2, UpdatedAt = Given.Now }, decision.Next);
        Assert.Null(decision.Event);
        Assert.True(decision.Next!.IsUnsettled);
    }

    [Fact]
    public void Released_clears_the_flag_and_publishes_no_event()
    {
        var decision = OrderLifecycle.Released(Given.Releasing, attempt: 1, Given.Now);

        Assert.Equal(Given.Releasing with { Releasing = false, Version = 4, UpdatedAt = Given.Now }, decision.Next);
        Assert.Null(decision.Event);
        Assert.False(decision.Next!.IsUnsettled);
    }

    [Fact]
    public void Consumed_clears_the_flag_and_publishes_no_event()
    {
        var decision = OrderLifecycle.Consumed(Given.Consuming, attempt: 1, Given.Now);

        Assert.Equal(Given.Consuming with { Consuming = false, Version = 4, UpdatedAt = Given.Now }, decision.Next);
        Assert.Null(decision.Event);
        Assert.False(decision.Next!.IsUnsettled);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Steps_of_another_attempt_are_refused(int attempt)
    {
        var pending = Given.Pending with { Attempt = 2 };
        var releasing = Given.Releasing with { Attempt = 2 };

        AreRefused(pending, attempt, $"attempt {attempt} is superseded: order 42 is pending at attempt 2");
        AreRefused(releasing, attempt, $"attempt {attempt} is superseded: order 42 is cancelled at attempt 2");
        AreRefused(Given.Consuming with { Attempt = 2 }, attempt, $"attempt {attempt} is superseded: order 42 is fulfilled at attempt 2");
    }

    [Theory]
    [InlineData(OrderStatus.Reserved, "reserved")]
    [InlineData(OrderStatus.Failed, "failed")]
    [InlineData(OrderStatus.Cancelled, "cancelled")]
    [InlineData(OrderStatus.Confirmed, "confirmed")]
    [InlineData(OrderStatus.Fulfilled, "fulfilled")]
    public void Steps_are_refused_once_the_order_has_settled(OrderStatus status, string name) =>
        AreRefused(Given.In(status), attempt: 1, $"attempt 1 is superseded: order 42 is {name} at attempt 1");

    [Fact]
    public void Steps_are_refused_once_the_order_is_deleted() =>
        AreRefused(Given.Deleted, attempt: 1, "attempt 1 is superseded: order 42 is cancelled at attempt 1");

    [Fact]
    public void Steps_of_an_attempt_are_refused_while_the_order_releases_or_consumes_its_stock()
    {
        AreRefused("attempt 1 is superseded: order 42 is cancelled at attempt 1", [.. StepsOfAnAttempt(Given.Releasing, attempt: 1), OrderLifecycle.Consumed(Given.Releasing, attempt: 1, Given.Now)]);
        AreRefused("attempt 1 is superseded: order 42 is fulfilled at attempt 1", [.. StepsOfAnAttempt(Given.Consuming, attempt: 1), OrderLifecycle.Released(Given.Consuming, attempt: 1, Given.Now)]);
    }

    [Fact]
    public void A_pending_order_can_be_marked_neither_as_released_nor_as_consumed()
    {
        var refused = OrderDecision.Refuse("attempt 1 is superseded: order 42 is pending at attempt 1");

        Assert.Equal(refused, OrderLifecycle.Released(Given.Pending, attempt: 1, Given.Now));
        Assert.Equal(refused, OrderLifecycle.Consumed(Given.Pending, attempt: 1, Given.Now));
    }

    private static void AreRefused(OrderState order, int attempt, string reason) => AreRefused(
        reason, [.. StepsOfAnAttempt(order, attempt), OrderLifecycle.Released(order, attempt, Given.Now), OrderLifecycle.Consumed(order, attempt, Given.Now)]);

    private static void AreRefused(string reason, OrderDecision[] steps) => Assert.All(steps, step => Assert.Equal(OrderDecision.Refuse(reason), step));

    private static OrderDecision[] StepsOfAnAttempt(OrderState order, int attempt) =>
    [
        OrderLifecycle.Reserve(order, attempt, totalAmount: 1, Given.Now),
        OrderLifecycle.Fail(order, attempt, "late", Given.Now),
        OrderLifecycle.NextAttempt(order, attempt, Given.Now),
    ];
}
