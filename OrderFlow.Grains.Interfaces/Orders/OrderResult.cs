using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>What an order grain answers.</summary>
/// <param name="Outcome">Whether it was done.</param>
/// <param name="Order">The order as it now stands, where it was done or the command was meant for another version; where it was to be placed, as it was placed.</param>
/// <param name="Reason">Why it was refused, for a person to read.</param>
/// <param name="AllowedStatuses">Where a change of status was refused: what this caller may change it to now.</param>
/// <param name="WasPlacedBefore">Where it was to be placed: the same order had been already.</param>
/// <param name="WasDeletedBefore">Where it was to be deleted and is not found: it was the caller's, and had been deleted already.</param>
[GenerateSerializer, Immutable, Alias("order-result")]
public sealed record OrderResult(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] Order? Order = null,
    [property: Id(2)] string? Reason = null,
    [property: Id(3)] ImmutableArray<OrderStatus> AllowedStatuses = default,
    [property: Id(4)] bool WasPlacedBefore = false,
    [property: Id(5)] bool WasDeletedBefore = false)
{
    /// <summary>The answer to whoever may not learn whether the order exists.</summary>
    public static OrderResult NotFound { get; } = new(Outcome.NotFound);

    /// <summary>Done, or already so.</summary>
    public static OrderResult Ok(Order order) => new(Outcome.Ok, order);
}
