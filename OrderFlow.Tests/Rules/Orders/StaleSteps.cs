using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

internal static class StaleSteps
{
    /// <summary>A step of a try that is not the order's present one, or of an order that does not try or release, changes nothing.</summary>
    public static void AreRefused(OrderState order, int choice, DateTimeOffset now)
    {
        var attempt = order.Attempt + (choice % 3) - 1;
        var present = attempt == order.Attempt;
        if (!(present && order.Status == OrderStatus.Pending && !order.IsDeleted))
        {
            IsRefused(OrderLifecycle.Reserve(order, attempt, totalAmount: 1, now));
            IsRefused(OrderLifecycle.Fail(order, attempt, "late", now));
            IsRefused(OrderLifecycle.TryAgain(order, attempt, now));
        }

        if (!(present && order.Releasing)) IsRefused(OrderLifecycle.Released(order, attempt, now));
    }

    private static void IsRefused(OrderDecision decision) =>
        Assert.Equal((Outcome.Conflict, null, null), (decision.Outcome, decision.Next, decision.Event));
}
