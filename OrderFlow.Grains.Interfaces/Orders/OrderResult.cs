using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>An order grain's answer to a command or read.</summary>
/// <param name="Outcome">Whether it was accepted.</param>
/// <param name="Order">The order as it is now, where the outcome is Ok or Stale; from Place, the order as it was placed.</param>
/// <param name="Reason">Why it was refused, for a person to read.</param>
/// <param name="AllowedStatuses">Where a change of status was refused: the statuses that this caller may choose now.</param>
/// <param name="WasPlacedBefore">From Place: true where the same request had placed it before.</param>
/// <param name="WasDeletedBefore">From Delete, where it is not found: true where it was the caller's and had been deleted before.</param>
[GenerateSerializer, Immutable, Alias("order-result")]
public sealed record OrderResult(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] Order? Order = null,
    [property: Id(2)] string? Reason = null,
    [property: Id(3)] ImmutableArray<OrderStatus> AllowedStatuses = default,
    [property: Id(4)] bool WasPlacedBefore = false,
    [property: Id(5)] bool WasDeletedBefore = false)
{
    /// <summary>The answer to callers who must not learn whether the order exists.</summary>
    public static OrderResult NotFound { get; } = new(Outcome.NotFound);

    /// <summary>Done, or already so.</summary>
    public static OrderResult Ok(Order order) => new(Outcome.Ok, order);
}
