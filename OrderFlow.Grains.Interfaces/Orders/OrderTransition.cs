using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>One change of an order's status.</summary>
/// <param name="Status">The new status.</param>
/// <param name="Version">The order's version after this change.</param>
/// <param name="At">When, UTC.</param>
/// <param name="UnknownStatus">The stored name of a status that this version does not know; null otherwise.</param>
/// <param name="Actor">The user who made it, or <see cref="SystemActor"/>; null where 1.0.0 stored it.</param>
[GenerateSerializer, Immutable, Alias("order-transition")]
public sealed record OrderTransition(
    [property: Id(0)] OrderStatus Status,
    [property: Id(1)] long Version,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] string? UnknownStatus = null,
    [property: Id(4)] string? Actor = null)
{
    /// <summary>The actor of the order's own steps.</summary>
    public const string SystemActor = "system";

    /// <summary>The status's name.</summary>
    public string StatusName => UnknownStatus ?? Status.ToWireName();
}

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
