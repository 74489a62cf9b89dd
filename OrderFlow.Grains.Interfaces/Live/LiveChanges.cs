using System.Collections.Immutable;
using OrderFlow.Orders;

namespace OrderFlow.Live;

/// <summary>A change of an order's status, as live followers get it.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="Transition">The new status.</param>
[GenerateSerializer, Immutable, Alias("live-change")]
public sealed record LiveChange([property: Id(0)] long OrderId, [property: Id(1)] OrderTransition Transition);

/// <summary>An item of a live stream: changes of orders of one outbox partition, each order's in sequence. Best effort: an item may be lost, or come twice.</summary>
/// <param name="Changes">The changes.</param>
[GenerateSerializer, Immutable, Alias("live-changes")]
public sealed record LiveChanges([property: Id(0)] ImmutableArray<LiveChange> Changes);
