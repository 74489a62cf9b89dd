using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>What the rules decide on a command: the order's next state and its event, no change, or a refusal.</summary>
/// <param name="Outcome">Whether the command is accepted.</param>
/// <param name="Next">The state to persist; null where nothing changes.</param>
/// <param name="Event">The event to store in the same transaction; null where the status stays.</param>
/// <param name="Reason">Why it is refused.</param>
/// <param name="AllowedStatuses">Where a change of status is refused: the statuses that the caller may choose.</param>
/// <param name="WasDeletedBefore">True where a delete finds the caller's order deleted already.</param>
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

    public static OrderDecision KeyReused { get; } = new(Outcome.KeyReused, Reason: "the order was placed with another contact");

    public static OrderDecision Accept(OrderState next, OrderEvent? @event = null) => new(Outcome.Ok, next, @event);

    public static OrderDecision Forbid(string reason) => new(Outcome.Forbidden, Reason: reason);

    public static OrderDecision Refuse(string reason, ImmutableArray<OrderStatus> allowed = default) =>
        new(Outcome.Conflict, Reason: reason, AllowedStatuses: allowed);
}
