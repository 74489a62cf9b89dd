using System.Collections.Immutable;
using System.Diagnostics;

namespace OrderFlow.Orders;

/// <summary>Which changes an order may take, and which events they publish. Knows no grain, no database and no clock. Here: what callers ask for.</summary>
internal static partial class OrderLifecycle
{
    /// <summary>The version of an order as it is placed.</summary>
    public const long FirstVersion = 1;

    /// <summary>The attempt that an order is placed with.</summary>
    public const int FirstAttempt = 1;

    /// <summary>Makes a new order, at its first attempt.</summary>
    /// <param name="id">The order's id.</param>
    /// <param name="command">The command.</param>
    /// <param name="now">The time.</param>
    /// <param name="defaultReserveFor">How long stock stays reserved where the command does not say; null for no limit.</param>
    public static OrderDecision Place(long id, PlaceOrder command, DateTimeOffset now, TimeSpan? defaultReserveFor = null)
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
                ReserveFor = command.ReserveFor ?? defaultReserveFor,
                Contact = ContactOf(command),
                Attempt = FirstAttempt,
                Transitions = [new(OrderStatus.Pending, FirstVersion, now, Actor: command.By.UserId)],
                CreatedAt = now,
                UpdatedAt = now,
                Version = FirstVersion,
            },
            new OrderCreated(id, command.UserId, command.Items, TotalAmount: 0, FirstVersion, now));
    }

    /// <summary>
    /// Answers a command whose id is in use: no change for a repeat of the request that placed the order; KeyReused for one with another contact, which
    /// only a reused <c>Idempotency-Key</c> can bring; any other request needs another id.
    /// </summary>
    public static OrderDecision PlaceAgain(OrderState order, PlaceOrder command) =>
        !command.By.MayActFor(order.UserId) || order.UserId != command.UserId || !IsSameRequest(order, command) ? OrderDecision.IdTaken
        : IsSameContact(order, command) ? OrderDecision.NoChange
        : OrderDecision.KeyReused;

    /// <summary>Changes the status as a caller asks.</summary>
    public static OrderDecision ChangeStatus(OrderState order, ChangeStatus command, DateTimeOffset now)
    {
        var (target, by) = (command.Target, command.By);
        if (IsHiddenFrom(order, by)) return OrderDecision.NotFound;
        if (order.Status == OrderStatus.Unknown) return RefuseUnknown(order);
        if (!command.IfVersion.Allows(order.Version)) return OrderDecision.Stale;
        if (command.CancelReason is not null && !by.IsAdmin) return OrderDecision.Forbid("only an admin can give a reason");
        if (order.Status == target) return Repeat(order, command);
        if (target == OrderStatus.Confirmed && by.MayConfirm && WasConfirmedBeforeFulfilled(order)) return OrderDecision.NoChange;

        var allowed = AllowedTargets(order.Status);
        if (!allowed.Contains(target))
        {
            var forCaller = allowed.RemoveAll(status => Forbidden(order, status, by) is not null);
            return OrderDecision.Refuse($"a {order.StatusName} order cannot become {target.ToWireName()}", forCaller);
        }

        if (Forbidden(order, target, by) is { } reason) return OrderDecision.Forbid(reason);

        return target switch
        {
            OrderStatus.Cancelled => Cancel(order, command.CancelReason ?? CancelReasons.Cancelled, by.UserId, now),
            OrderStatus.Pending => Reopen(order, by.UserId, now),
            OrderStatus.Confirmed => Confirm(order, by.UserId, now),
            OrderStatus.Fulfilled => Fulfil(order, command.Tracking, by.UserId, now),
            OrderStatus.Reserved or OrderStatus.Failed or OrderStatus.Unknown => throw new UnreachableException($"No caller may ask for {target}."),
        };
    }

    /// <summary>Turns the order into a tombstone row; stock that it holds is still to be released.</summary>
    public static OrderDecision Delete(OrderState order, Caller by, DateTimeOffset now, IfVersion ifVersion = default)
    {
        if (IsHiddenFrom(order, by)) return OrderDecision.NotFound with { WasDeletedBefore = by.MayActFor(order.UserId) };
        if (order.Status == OrderStatus.Unknown) return RefuseUnknown(order);
        if (!ifVersion.Allows(order.Version)) return OrderDecision.Stale;
        if (!by.MayActFor(order.UserId)) return OrderDecision.Forbid("only its owner or an admin can delete an order");
        if (order.Status == OrderStatus.Confirmed && !by.IsAdmin) return OrderDecision.Forbid("only an admin can delete a confirmed order");

        var decision = order.Status switch
        {
            OrderStatus.Pending or OrderStatus.Reserved or OrderStatus.Confirmed => Cancel(order, CancelReasons.Deleted, by.UserId, now),
            OrderStatus.Failed or OrderStatus.Cancelled or OrderStatus.Fulfilled => OrderDecision.Accept(NextVersion(order, now)),
            OrderStatus.Unknown => throw new UnreachableException(),
        };
        return decision with { Next = decision.Next! with { DeletedAt = now, Contact = null } };
    }

    /// <summary>True where this caller must not learn that the order exists.</summary>
    public static bool IsHiddenFrom(OrderState order, Caller by) => order.IsDeleted || !(by.SeesAll || by.MayActFor(order.UserId));

    /// <summary>Compares the requests; the bodies where either comes from 1.0.0, which had no request ids.</summary>
    private static bool IsSameRequest(OrderState order, PlaceOrder command) =>
        order.RequestId is { } placed && command.RequestId is { } asked
            ? placed == asked
            : order.AgreedTotal == command.AgreedTotal && order.Items.AsSpan().SequenceEqual(command.Items.AsSpan())
                && (command.ReserveFor is null || command.ReserveFor == order.ReserveFor);

    /// <summary>The order has the status already: nothing to do, unless the command names another parcel or reason.</summary>
    private static OrderDecision Repeat(OrderState order, ChangeStatus command) =>
        command.Tracking is { } tracking && tracking != order.Tracking ? OrderDecision.Refuse("the order is fulfilled already, without this tracking", [])
        : command.CancelReason is { } reason && reason != order.CancelReason ? OrderDecision.Refuse("the order is cancelled for another reason already", [])
        : OrderDecision.NoChange;

    /// <summary>True where a repeated confirmation, whose answer was lost, comes after the order was fulfilled.</summary>
    private static bool WasConfirmedBeforeFulfilled(OrderState order) =>
        order.Status == OrderStatus.Fulfilled && order.Transitions.Any(transition => transition.Status == OrderStatus.Confirmed);

    private static OrderDecision Cancel(OrderState order, string reason, string actor, DateTimeOffset now)
    {
        var next = TransitionTo(OrderStatus.Cancelled, order, actor, now) with { CancelReason = reason, Releasing = true };
        return OrderDecision.Accept(next, new OrderCancelled(order.Id, order.UserId, order.Items, reason, next.Version, now));
    }

    private static OrderDecision Reopen(OrderState order, string actor, DateTimeOffset now)
    {
        var next = TransitionTo(OrderStatus.Pending, order, actor, now) with { FailReason = null, Attempt = order.Attempt + 1 };
        return OrderDecision.Accept(next, new OrderReopened(order.Id, order.UserId, order.Items, next.Version, now));
    }

    private static OrderDecision Confirm(OrderState order, string actor, DateTimeOffset now)
    {
        var next = TransitionTo(OrderStatus.Confirmed, order, actor, now);
        return OrderDecision.Accept(next, new OrderConfirmed(order.Id, order.UserId, order.Items, order.TotalAmount, next.Version, now));
    }

    private static OrderDecision Fulfil(OrderState order, Tracking? tracking, string actor, DateTimeOffset now)
    {
        var next = TransitionTo(OrderStatus.Fulfilled, order, actor, now) with { Tracking = tracking, Consuming = true };
        return OrderDecision.Accept(next, new OrderFulfilled(order.Id, order.UserId, order.Items, order.TotalAmount, tracking, next.Version, now));
    }

    private static OrderDecision RefuseUnknown(OrderState order) =>
        OrderDecision.Refuse($"order {order.Id} has the status {order.UnknownStatus}, which this version does not know", []);

    private static OrderState NextVersion(OrderState order, DateTimeOffset now) => order with { UpdatedAt = now, Version = order.Version + 1 };

    private static OrderState TransitionTo(OrderStatus status, OrderState order, string actor, DateTimeOffset now)
    {
        var next = NextVersion(order, now);
        var kept = order.Transitions.Length < Limits.Transitions ? order.Transitions : order.Transitions[^(Limits.Transitions - 1)..];
        return next with { Status = status, ExpiresAt = null, Transitions = kept.Add(new(status, next.Version, now, Actor: actor)) };
    }

    /// <summary>What callers may change a status to; reserving, failing and expiring are the order's own steps.</summary>
    private static ImmutableArray<OrderStatus> AllowedTargets(OrderStatus from) => from switch
    {
        OrderStatus.Pending => [OrderStatus.Cancelled],
        OrderStatus.Reserved => [OrderStatus.Confirmed, OrderStatus.Fulfilled, OrderStatus.Cancelled],
        OrderStatus.Confirmed => [OrderStatus.Fulfilled, OrderStatus.Cancelled],
        OrderStatus.Failed => [OrderStatus.Pending],
        OrderStatus.Fulfilled or OrderStatus.Cancelled or OrderStatus.Unknown => [],
    };

    /// <summary>Why this caller may not change the order to this status; null where it may.</summary>
    private static string? Forbidden(OrderState order, OrderStatus target, Caller by) => target switch
    {
        OrderStatus.Cancelled when order.Status == OrderStatus.Confirmed => by.IsAdmin ? null : "only an admin can cancel a confirmed order",
        OrderStatus.Cancelled => by.MayActFor(order.UserId) ? null : "only its owner or an admin can cancel an order",
        OrderStatus.Pending => by.IsAdmin ? null : "only an admin can retry a failed order",
        OrderStatus.Confirmed => by.MayConfirm ? null : "only an admin or the role payments can confirm an order",
        OrderStatus.Fulfilled => by.MayFulfil ? null : "only an admin or the role fulfilment can fulfil an order",
        OrderStatus.Reserved or OrderStatus.Failed or OrderStatus.Unknown => "no caller may ask for this status",
    };
}
