using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

internal static class SupersededSteps
{
    /// <summary>Asserts that steps of another attempt, of an order that is not pending, releasing or consuming, or before their time change nothing.</summary>
    public static void AreRefused(OrderState order, int choice, DateTimeOffset now)
    {
        var attempt = order.Attempt + (choice % 3) - 1;
        var isCurrent = attempt == order.Attempt;
        if (!(isCurrent && order.Status == OrderStatus.Pending && !order.IsDeleted))
        {
            IsRefused(OrderLifecycle.Reserve(order, attempt, totalAmount: 1, now));
            IsRefused(OrderLifecycle.Fail(order, attempt, "late", now));
            IsRefused(OrderLifecycle.NextAttempt(order, attempt, now));
        }

        if (!(isCurrent && order.Releasing)) IsRefused(OrderLifecycle.Released(order, attempt, now));
        if (!(isCurrent && order.Consuming)) IsRefused(OrderLifecycle.Consumed(order, attempt, now));
        if (order.Status != OrderStatus.Reserved || !(order.ExpiresAt <= now)) Assert.Equal(OrderDecision.NoChange, OrderLifecycle.Expire(order, now));
    }

    private static void IsRefused(OrderDecision decision) =>
        Assert.Equal((Outcome.Conflict, null, null), (decision.Outcome, decision.Next, decision.Event));
}
