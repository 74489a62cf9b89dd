using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>What became of an order, as an order grain answers.</summary>
/// <param name="Outcome">Ok, or NotFound.</param>
/// <param name="Transitions">The transitions asked for, oldest first, where the outcome is Ok.</param>
[GenerateSerializer, Immutable, Alias("order-transitions")]
public sealed record OrderTransitions(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] ImmutableArray<OrderTransition> Transitions)
{
    /// <summary>The answer to whoever may not learn whether the order exists.</summary>
    public static OrderTransitions NotFound { get; } = new(Outcome.NotFound, []);
}
