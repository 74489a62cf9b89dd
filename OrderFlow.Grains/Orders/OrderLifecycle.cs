using System.Collections.Immutable;
using System.Diagnostics;

namespace OrderFlow.Orders;

/// <summary>Which steps an order may take, and which events they publish. Knows no grain, no database and no clock.</summary>
internal static class OrderLifecycle
{
    /// <summary>The most transitions that an order keeps.</summary>
    public const int MaxTransitions = 20;

    /// <summary>The version of an order as it is placed.</summary>
    public const long FirstVersion = 1;

    /// <summary>The attempt that an order is placed with.</summary>
    public const int FirstAttempt = 1;

    /// <summary>Makes a new order, at its first attempt.</summary>
    public static OrderDecision Place(long id, PlaceOrder command, DateTimeOffset now)
    {
        if (!command.By.MayActFor(command.UserId)) return OrderDecision.Forbid("an order can be placed only for oneself");

        return OrderDecision.Accept(
            new OrderState
            {
                Id = id,
                UserId = command.UserId,
                RequestId = command.RequestId,
                Items = command.Items,
                Status = OrderStatus.Pending,
                AgreedTotal = command.AgreedTotal,
                Attempt = FirstAttempt,
                Transitions = [new(OrderStatus.Pending, FirstVersion, now)],
                CreatedAt = now,
                UpdatedAt = now,
                Version = FirstVersion,
            },
            new OrderCreated(id, command.UserId, command.Items, TotalAmount: 0, FirstVersion, now));
    }

    /// <summary>Answers a command whose id is in use: no change for a repeat of the request that placed the order; any other request needs another id.</summary>
    public static OrderDecision PlaceAgain(OrderState order, PlaceOrder command) =>
        command.By.MayActFor(order.UserId) && order.UserId == command.UserId && IsSameRequest(order, command)
            ? OrderDecision.NoChange
            : OrderDecision.IdTaken;

    /// <summary>Cancels an order, or retries a failed one.</summary>
    public static OrderDecision ChangeStatus(OrderState order, OrderStatus target, Caller by, DateTimeOffset now, IfVersion ifVersion = default)
    {
        if (IsHiddenFrom(order, by)) return OrderDecision.NotFound;
        if (order.Status == OrderStatus.Unknown) return RefuseUnknown(order);
        if (!ifVersion.Allows(order.Version)) return OrderDecision.Stale;
        if (order.Status == target) return OrderDecision.NoChange;

        var allowed = AllowedTargets(order.Status);
        if (!allowed.Contains(target))
        {
            var forCaller = allowed.RemoveAll(status => NeedsAdmin(status) && !by.IsAdmin);
            return OrderDecision.Refuse($"a {order.StatusName} order cannot become {target.ToWireName()}", forCaller);
        }

        if (NeedsAdmin(target) && !by.IsAdmin) return OrderDecision.Forbid("only an admin can retry a failed order");

        return target switch
        {
            OrderStatus.Cancelled => Cancel(order, "cancelled", now),
            OrderStatus.Pending => Reopen(order, now),
            OrderStatus.Reserved or OrderStatus.Failed or OrderStatus.Unknown => throw new UnreachableException($"No caller may ask for {target}."),
        };
    }

    /// <summary>Turns the order into a tombstone row; its stock is still to be released.</summary>
    public static OrderDecision Delete(OrderState order, Caller by, DateTimeOffset now, IfVersion ifVersion = default)
    {
        if (IsHiddenFrom(order, by)) return OrderDecision.NotFound with { WasDeletedBefore = by.MayActFor(order.UserId) };
        if (order.Status == OrderStatus.Unknown) return RefuseUnknown(order);
        if (!ifVersion.Allows(order.Version)) return OrderDecision.Stale;

        var decision = order.Status switch
        {
            OrderStatus.Pending or OrderStatus.Reserved => Cancel(order, "deleted", now),
            OrderStatus.Failed or OrderStatus.Cancelled => OrderDecision.Accept(NextVersion(order, now)),
            OrderStatus.Unknown => throw new UnreachableException(),
        };
        return decision with { Next = decision.Next! with { DeletedAt = now } };
    }

    /// <summary>All stock of the attempt is reserved.</summary>
    public static OrderDecision Reserve(OrderState order, int attempt, decimal totalAmount, DateTimeOffset now)
    {
        if (!IsCurrentAttempt(order, attempt)) return Superseded(order, attempt);

        var next = TransitionTo(OrderStatus.Reserved, order, now) with { TotalAmount = totalAmount };
        return OrderDecision.Accept(next, new OrderReserved(order.Id, order.UserId, order.Items, totalAmount, next.Version, now));
    }

    /// <summary>The attempt cannot succeed, and what it held is released.</summary>
    public static OrderDecision Fail(OrderState order, int attempt, string reason, DateTimeOffset now)
    {
        if (!IsCurrentAttempt(order, attempt)) return Superseded(order, attempt);

        var next = TransitionTo(OrderStatus.Failed, order, now) with { FailReason = reason };
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

    /// <summary>True where this caller must not learn that the order exists.</summary>
    public static bool IsHiddenFrom(OrderState order, Caller by) => order.IsDeleted || !by.MayActFor(order.UserId);

    /// <summary>Compares the requests; the bodies where either comes from 1.0.0, which had no request ids.</summary>
    private static bool IsSameRequest(OrderState order, PlaceOrder command) =>
        order.RequestId is { } placed && command.RequestId is { } asked
            ? placed == asked
            : order.AgreedTotal == command.AgreedTotal && order.Items.AsSpan().SequenceEqual(command.Items.AsSpan());

    private static OrderDecision Cancel(OrderState order, string reason, DateTimeOffset now)
    {
        var next = TransitionTo(OrderStatus.Cancelled, order, now) with { Releasing = true };
        return OrderDecision.Accept(next, new OrderCancelled(order.Id, order.UserId, order.Items, reason, next.Version, now));
    }

    private static OrderDecision Reopen(OrderState order, DateTimeOffset now)
    {
        var next = TransitionTo(OrderStatus.Pending, order, now) with { FailReason = null, Attempt = order.Attempt + 1 };
        return OrderDecision.Accept(next, new OrderReopened(order.Id, order.UserId, order.Items, next.Version, now));
    }

    private static bool IsCurrentAttempt(OrderState order, int attempt) =>
        order.Status == OrderStatus.Pending && !order.IsDeleted && order.Attempt == attempt;

    private static OrderDecision RefuseUnknown(OrderState order) =>
        OrderDecision.Refuse($"order {order.Id} has the status {order.UnknownStatus}, which this version does not know", []);

    private static OrderDecision Superseded(OrderState order, int attempt) =>
        OrderDecision.Refuse($"attempt {attempt} is superseded: order {order.Id} is {order.StatusName} at attempt {order.Attempt}");

    private static OrderState NextVersion(OrderState order, DateTimeOffset now) => order with { UpdatedAt = now, Version = order.Version + 1 };

    private static OrderState TransitionTo(OrderStatus status, OrderState order, DateTimeOffset now)
    {
        var next = NextVersion(order, now);
        var kept = order.Transitions.Length < MaxTransitions ? order.Transitions : order.Transitions[^(MaxTransitions - 1)..];
        return next with { Status = status, Transitions = kept.Add(new(status, next.Version, now)) };
    }

    /// <summary>What callers may change a status to; reserving and failing are the order's own steps.</summary>
    private static ImmutableArray<OrderStatus> AllowedTargets(OrderStatus from) => from switch
    {
        OrderStatus.Pending or OrderStatus.Reserved => [OrderStatus.Cancelled],
        OrderStatus.Failed => [OrderStatus.Pending],
        OrderStatus.Cancelled or OrderStatus.Unknown => [],
    };

    private static bool NeedsAdmin(OrderStatus target) => target switch
    {
        OrderStatus.Cancelled => false,
        OrderStatus.Pending or OrderStatus.Reserved or OrderStatus.Failed or OrderStatus.Unknown => true,
    };
}
