using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>An order grain's answer to a read of transitions.</summary>
/// <param name="Outcome">Ok, or NotFound.</param>
/// <param name="Transitions">The transitions, oldest first, where the outcome is Ok.</param>
[GenerateSerializer, Immutable, Alias("order-transitions")]
public sealed record OrderTransitions(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] ImmutableArray<OrderTransition> Transitions)
{
    /// <summary>The answer to callers who must not learn whether the order exists.</summary>
    public static OrderTransitions NotFound { get; } = new(Outcome.NotFound, []);
}
