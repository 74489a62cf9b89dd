using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>What the rules say to a command: the order's next state and the event that tells of it, no change, or a refusal.</summary>
/// <param name="Outcome">Whether the command is granted.</param>
/// <param name="Next">The state to persist; null where nothing changes.</param>
/// <param name="Event">What to tell the world in the same transaction; null for what is the order's own affair.</param>
/// <param name="Reason">Why it is refused.</param>
/// <param name="AllowedStatuses">Where a change of status is refused: what the caller may change it to.</param>
/// <param name="WasDeletedBefore">Where it is to be deleted and is hidden: it was the caller's, and is deleted already.</param>
internal sealed record OrderDecision(
    Outcome Outcome,
    OrderState? Next = null,
    OrderEvent? Event = null,
    string? Reason = null,
    ImmutableArray<OrderStatus> AllowedStatuses = default,
    bool WasDeletedBefore = false)
{
    public static OrderDecision NoChange { get; } = new(Outcome.Ok);

    public static OrderDecision NotFound { get; } = new(Outcome.NotFound);

    public static OrderDecision Stale { get; } = new(Outcome.Stale, Reason: "the order has changed since");

    public static OrderDecision IdTaken { get; } = new(Outcome.IdTaken, Reason: "the id belongs to another order");

    public static OrderDecision Accept(OrderState next, OrderEvent? @event = null) => new(Outcome.Ok, next, @event);

    public static OrderDecision Forbid(string reason) => new(Outcome.Forbidden, Reason: reason);

    public static OrderDecision Refuse(string reason, ImmutableArray<OrderStatus> allowed = default) =>
        new(Outcome.Conflict, Reason: reason, AllowedStatuses: allowed);
}
