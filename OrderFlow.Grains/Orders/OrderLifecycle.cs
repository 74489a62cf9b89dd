using System.Collections.Frozen;
using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>What may happen to an order, and what each step tells the world. Knows no grain, no database and no clock.</summary>
internal static class OrderLifecycle
{
    /// <summary>How many changes of status an order remembers.</summary>
    public const int TransitionsKept = 20;

    /// <summary>The version an order is placed in.</summary>
    public const long FirstVersion = 1;

    /// <summary>The try an order begins with.</summary>
    public const int FirstAttempt = 1;

    /// <summary>What people may ask for. What is not here is refused; reserving and failing are the order's own steps.</summary>
    private static readonly FrozenDictionary<OrderStatus, ImmutableArray<OrderStatus>> AskedTransitions =
        new Dictionary<OrderStatus, ImmutableArray<OrderStatus>>
        {
            [OrderStatus.Pending] = [OrderStatus.Cancelled],
            [OrderStatus.Reserved] = [OrderStatus.Cancelled],
            [OrderStatus.Failed] = [OrderStatus.Pending],
            [OrderStatus.Cancelled] = [],
        }.ToFrozenDictionary();

    /// <summary>A new order, at its first try.</summary>
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

    /// <summary>Place with an id that exists: the same request again is fine, whatever became of its order; any other must take another id.</summary>
    public static OrderDecision PlaceAgain(OrderState order, PlaceOrder command)
    {
        var same = command.By.MayActFor(order.UserId) && order.UserId == command.UserId && IsSameRequest(order, command);
        return same ? OrderDecision.NoChange : OrderDecision.IdTaken;
    }

    /// <summary>Cancelling, or trying a failed order again.</summary>
    public static OrderDecision ChangeStatus(OrderState order, OrderStatus target, Caller by, DateTimeOffset now, IfVersion ifVersion = default)
    {
        if (IsHiddenFrom(order, by)) return OrderDecision.NotFound;
        if (order.Status == OrderStatus.Unknown) return NotKnown(order);
        if (!ifVersion.Allows(order.Version)) return OrderDecision.Stale;
        if (order.Status == target) return OrderDecision.NoChange;

        var allowed = AskedTransitions[order.Status];
        if (!allowed.Contains(target))
        {
            var forCaller = allowed.RemoveAll(status => NeedsAdmin(status) && !by.IsAdmin);
            return OrderDecision.Refuse($"a {Name(order.Status)} order cannot become {Name(target)}", forCaller);
        }

        if (NeedsAdmin(target) && !by.IsAdmin) return OrderDecision.Forbid("only an admin can have a failed order tried again");

        return target == OrderStatus.Cancelled ? Cancel(order, "cancelled", now) : Reopen(order, now);
    }

    /// <summary>Turns the order into a tombstone; what it holds is to be given back.</summary>
    public static OrderDecision Delete(OrderState order, Caller by, DateTimeOffset now, IfVersion ifVersion = default)
    {
        if (IsHiddenFrom(order, by)) return OrderDecision.NotFound with { WasDeletedBefore = by.MayActFor(order.UserId) };
        if (order.Status == OrderStatus.Unknown) return NotKnown(order);
        if (!ifVersion.Allows(order.Version)) return OrderDecision.Stale;

        var decision = order.Status is OrderStatus.Pending or OrderStatus.Reserved
            ? Cancel(order, "deleted", now)
            : OrderDecision.Accept(Changed(order, now));
        return decision with { Next = decision.Next! with { DeletedAt = now } };
    }

    /// <summary>The try got everything it asked for.</summary>
    public static OrderDecision Reserve(OrderState order, int attempt, decimal totalAmount, DateTimeOffset now)
    {
        if (!IsTrying(order, attempt)) return GoneOn(order, attempt);

        var next = Became(OrderStatus.Reserved, order, now) with { TotalAmount = totalAmount };
        return OrderDecision.Accept(next, new OrderReserved(order.Id, order.UserId, order.Items, totalAmount, next.Version, now));
    }

    /// <summary>The try was refused for good, and has given back what it had.</summary>
    public static OrderDecision Fail(OrderState order, int attempt, string reason, DateTimeOffset now)
    {
        if (!IsTrying(order, attempt)) return GoneOn(order, attempt);

        var next = Became(OrderStatus.Failed, order, now) with { FailReason = reason };
        return OrderDecision.Accept(next, new OrderFailed(order.Id, order.UserId, order.Items, reason, next.Version, now));
    }

    /// <summary>The try is given up; the order tries again under a new number, which takes over what the old one may still hold.</summary>
    public static OrderDecision TryAgain(OrderState order, int attempt, DateTimeOffset now) =>
        IsTrying(order, attempt)
            ? OrderDecision.Accept(Changed(order, now) with { Attempt = attempt + 1 })
            : GoneOn(order, attempt);

    /// <summary>Everything that the tries up to this one held has been given back.</summary>
    public static OrderDecision Released(OrderState order, int attempt, DateTimeOffset now) =>
        order is { Releasing: true, Status: not OrderStatus.Unknown } && order.Attempt == attempt
            ? OrderDecision.Accept(Changed(order, now) with { Releasing = false })
            : GoneOn(order, attempt);

    /// <summary>True where this caller must not learn that the order exists.</summary>
    public static bool IsHiddenFrom(OrderState order, Caller by) => order.IsDeleted || !by.MayActFor(order.UserId);

    /// <summary>By the request itself; by the body where one of the two comes from 1.0.0, which knew no requests.</summary>
    private static bool IsSameRequest(OrderState order, PlaceOrder command) =>
        order.RequestId is { } placed && command.RequestId is { } asked
            ? placed == asked
            : order.AgreedTotal == command.AgreedTotal && order.Items.AsSpan().SequenceEqual(command.Items.AsSpan());

    private static OrderDecision Cancel(OrderState order, string reason, DateTimeOffset now)
    {
        var next = Became(OrderStatus.Cancelled, order, now) with { Releasing = true };
        return OrderDecision.Accept(next, new OrderCancelled(order.Id, order.UserId, order.Items, reason, next.Version, now));
    }

    private static OrderDecision Reopen(OrderState order, DateTimeOffset now)
    {
        var next = Became(OrderStatus.Pending, order, now) with { FailReason = null, Attempt = order.Attempt + 1 };
        return OrderDecision.Accept(next, new OrderReopened(order.Id, order.UserId, order.Items, next.Version, now));
    }

    private static bool IsTrying(OrderState order, int attempt) =>
        order.Status == OrderStatus.Pending && !order.IsDeleted && order.Attempt == attempt;

    /// <summary>A newer version has brought the order there, and it alone knows what may come of it.</summary>
    private static OrderDecision NotKnown(OrderState order) =>
        OrderDecision.Refuse($"order {order.Id} has the status {order.UnknownStatus}, which is not known to this version", []);

    private static OrderDecision GoneOn(OrderState order, int attempt) =>
        OrderDecision.Refuse($"order {order.Id} has gone on: it is {order.StatusName} at try {order.Attempt}, this was try {attempt}");

    private static OrderState Changed(OrderState order, DateTimeOffset now) => order with { UpdatedAt = now, Version = order.Version + 1 };

    private static OrderState Became(OrderStatus status, OrderState order, DateTimeOffset now)
    {
        var next = Changed(order, now);
        var kept = order.Transitions.Length < TransitionsKept ? order.Transitions : order.Transitions[^(TransitionsKept - 1)..];
        return next with { Status = status, Transitions = kept.Add(new(status, next.Version, now)) };
    }

    private static bool NeedsAdmin(OrderStatus target) => target == OrderStatus.Pending;

    private static string Name(OrderStatus status) => status.ToWireName();
}
