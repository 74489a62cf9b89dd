namespace OrderFlow.Orders;

/// <summary>The order's own steps.</summary>
internal static partial class OrderLifecycle
{
    /// <summary>All stock of the attempt is reserved.</summary>
    public static OrderDecision Reserve(OrderState order, int attempt, decimal totalAmount, DateTimeOffset now)
    {
        if (!IsCurrentAttempt(order, attempt)) return Superseded(order, attempt);

        var next = TransitionTo(OrderStatus.Reserved, order, OrderTransition.SystemActor, now) with { TotalAmount = totalAmount, ExpiresAt = now + order.ReserveFor };
        return OrderDecision.Accept(next, new OrderReserved(order.Id, order.UserId, order.Items, totalAmount, next.Version, now));
    }

    /// <summary>The attempt cannot succeed, and what it held is released.</summary>
    public static OrderDecision Fail(OrderState order, int attempt, string reason, DateTimeOffset now)
    {
        if (!IsCurrentAttempt(order, attempt)) return Superseded(order, attempt);

        var next = TransitionTo(OrderStatus.Failed, order, OrderTransition.SystemActor, now) with { FailReason = reason };
        return OrderDecision.Accept(next, new OrderFailed(order.Id, order.UserId, order.Items, reason, next.Version, now));
    }

    /// <summary>Starts the next attempt, which takes over units that the one before may still hold.</summary>
    public static OrderDecision NextAttempt(OrderState order, int attempt, DateTimeOffset now) =>
        IsCurrentAttempt(order, attempt)
            ? OrderDecision.Accept(NextVersion(order, now) with { Attempt = attempt + 1 })
            : Superseded(order, attempt);

    /// <summary>All stock that attempts up to this one held is released.</summary>
    public static OrderDecision Released(OrderState order, int attempt, DateTimeOffset now) =>
        order is { Releasing: true, Status: not OrderStatus.Unknown } && order.Attempt == attempt
            ? OrderDecision.Accept(NextVersion(order, now) with { Releasing = false })
            : Superseded(order, attempt);

    /// <summary>All units of a fulfilled order have left the stock.</summary>
    public static OrderDecision Consumed(OrderState order, int attempt, DateTimeOffset now) =>
        order is { Consuming: true, Status: OrderStatus.Fulfilled } && order.Attempt == attempt
            ? OrderDecision.Accept(NextVersion(order, now) with { Consuming = false })
            : Superseded(order, attempt);

    /// <summary>Cancels a reserved order whose time is over; no change where it was confirmed before, or where its time has not come by this clock.</summary>
    public static OrderDecision Expire(OrderState order, DateTimeOffset now) =>
        order is { Status: OrderStatus.Reserved, IsDeleted: false, ExpiresAt: { } expiresAt } && expiresAt <= now
            ? Cancel(order, CancelReasons.Expired, OrderTransition.SystemActor, now)
            : OrderDecision.NoChange;

    private static bool IsCurrentAttempt(OrderState order, int attempt) =>
        order.Status == OrderStatus.Pending && !order.IsDeleted && order.Attempt == attempt;

    private static OrderDecision Superseded(OrderState order, int attempt) =>
        OrderDecision.Refuse($"attempt {attempt} is superseded: order {order.Id} is {order.StatusName} at attempt {order.Attempt}");
}
