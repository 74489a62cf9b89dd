using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>Invariants of every write of an order.</summary>
internal static class OrderWrites
{
    /// <summary>All transitions that exist.</summary>
    private static readonly (OrderStatus From, OrderStatus To)[] Changes =
    [
        (OrderStatus.Pending, OrderStatus.Reserved),
        (OrderStatus.Pending, OrderStatus.Failed),
        (OrderStatus.Pending, OrderStatus.Cancelled),
        (OrderStatus.Reserved, OrderStatus.Cancelled),
        (OrderStatus.Reserved, OrderStatus.Confirmed),
        (OrderStatus.Reserved, OrderStatus.Fulfilled),
        (OrderStatus.Confirmed, OrderStatus.Cancelled),
        (OrderStatus.Confirmed, OrderStatus.Fulfilled),
        (OrderStatus.Failed, OrderStatus.Pending),
    ];

    public static void Check(OrderState? before, OrderState after, OrderEvent? @event)
    {
        if (before is null)
            Assert.Equal((OrderStatus.Pending, 1, 1L, false, false, false), (after.Status, after.Attempt, after.Version, after.Releasing, after.Consuming, after.IsDeleted));
        else
            CheckChange(before, after);

        Assert.Equal(after.Status == OrderStatus.Failed, after.FailReason is not null);
        Assert.Equal(after.Status == OrderStatus.Cancelled, after.CancelReason is not null);
        Assert.False(after.Releasing && after.Status != OrderStatus.Cancelled, $"a {after.Status} order releases");
        Assert.False(after.Consuming && after.Status != OrderStatus.Fulfilled, $"a {after.Status} order consumes");
        Assert.False(after.Tracking is not null && after.Status != OrderStatus.Fulfilled, $"a {after.Status} order has tracking");
        CheckExpiry(before, after);
        CheckTransitions(before, after);
        CheckEvent(before, after, @event);
    }

    private static void CheckChange(OrderState before, OrderState after)
    {
        Assert.Equal(
            (before.Id, before.UserId, before.RequestId, before.Items, before.AgreedTotal, before.ReserveFor, before.CreatedAt, before.Version + 1),
            (after.Id, after.UserId, after.RequestId, after.Items, after.AgreedTotal, after.ReserveFor, after.CreatedAt, after.Version));
        if (before.Status != after.Status) Assert.Contains((before.Status, after.Status), Changes);

        // Attempt numbers rise by one, and only while an order is pending.
        var isNewAttempt = after.Attempt != before.Attempt;
        if (isNewAttempt) Assert.Equal((before.Attempt + 1, OrderStatus.Pending), (after.Attempt, after.Status));
        if (before.Status == OrderStatus.Failed && after.Status == OrderStatus.Pending) Assert.True(isNewAttempt);

        Assert.False(before.IsDeleted && (before.DeletedAt != after.DeletedAt || before.Status != after.Status), "a deleted order changed");
        Assert.Equal(after.Status == OrderStatus.Cancelled && before.Status != OrderStatus.Cancelled, after.Releasing && !before.Releasing);
        Assert.Equal(after.Status == OrderStatus.Fulfilled && before.Status != OrderStatus.Fulfilled, after.Consuming && !before.Consuming);
        if (before.Status == after.Status) Assert.Equal((before.CancelReason, before.Tracking), (after.CancelReason, after.Tracking));
    }

    /// <summary>Only a reserved order expires, and its time runs from when its stock was reserved.</summary>
    private static void CheckExpiry(OrderState? before, OrderState after)
    {
        if (after.Status != OrderStatus.Reserved) Assert.Null(after.ExpiresAt);
        else Assert.Equal(before!.Status == OrderStatus.Reserved ? before.ExpiresAt : after.UpdatedAt + after.ReserveFor, after.ExpiresAt);

        if (after.CancelReason == CancelReasons.Expired && before!.Status != OrderStatus.Cancelled)
            Assert.True(before.Status == OrderStatus.Reserved && before.ExpiresAt <= after.UpdatedAt && !after.IsDeleted, $"{before} expired at {after.UpdatedAt}");
    }

    private static void CheckTransitions(OrderState? before, OrderState after)
    {
        if (before?.Status == after.Status)
        {
            Assert.Equal<OrderTransition>(before.Transitions, after.Transitions);
            return;
        }

        OrderTransition[] earlier = before is null ? [] : [.. before.Transitions];
        var actor = after.Transitions[^1].Actor;
        OrderTransition[] all = [.. earlier, new(after.Status, after.Version, after.UpdatedAt, Actor: actor)];
        Assert.Equal(all.TakeLast(20), after.Transitions);

        var isOwnStep = after.Status is OrderStatus.Reserved or OrderStatus.Failed || after.CancelReason == CancelReasons.Expired;
        Assert.Equal((true, isOwnStep), (actor is not null, actor == OrderTransition.SystemActor));
    }

    /// <summary>Exactly one event for each change of status, with the version that made it; none for anything else.</summary>
    private static void CheckEvent(OrderState? before, OrderState after, OrderEvent? @event)
    {
        if (before?.Status == after.Status)
        {
            Assert.Null(@event);
            return;
        }

        OrderEvent expected = after.Status switch
        {
            OrderStatus.Reserved => new OrderReserved(after.Id, after.UserId, after.Items, after.TotalAmount, after.Version, after.UpdatedAt),
            OrderStatus.Failed => new OrderFailed(after.Id, after.UserId, after.Items, after.FailReason!, after.Version, after.UpdatedAt),
            OrderStatus.Cancelled => new OrderCancelled(after.Id, after.UserId, after.Items, after.CancelReason!, after.Version, after.UpdatedAt),
            OrderStatus.Confirmed => new OrderConfirmed(after.Id, after.UserId, after.Items, after.TotalAmount, after.Version, after.UpdatedAt),
            OrderStatus.Fulfilled => new OrderFulfilled(after.Id, after.UserId, after.Items, after.TotalAmount, after.Tracking, after.Version, after.UpdatedAt),
            _ when before is null => new OrderCreated(after.Id, after.UserId, after.Items, TotalAmount: 0, after.Version, after.UpdatedAt),
            _ => new OrderReopened(after.Id, after.UserId, after.Items, after.Version, after.UpdatedAt),
        };
        Assert.Equal(expected, @event);
        if (after.Status == OrderStatus.Cancelled) Assert.Equal(after.IsDeleted, after.CancelReason == CancelReasons.Deleted);
        Assert.Equal(after.Status, OrderEventCatalogue.Find(@event!.Name)!.Status);
    }
}
