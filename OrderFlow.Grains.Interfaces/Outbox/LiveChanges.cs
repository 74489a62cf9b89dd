using System.Collections.Immutable;
using OrderFlow.Orders;

namespace OrderFlow.Outbox;

/// <summary>A change of an order's status, as whoever follows orders while they change is told of it.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="Transition">What it became.</param>
[GenerateSerializer, Immutable, Alias("live-change")]
public sealed record LiveChange([property: Id(0)] long OrderId, [property: Id(1)] OrderTransition Transition);

/// <summary>
/// An item of a live stream: some changes of orders of one partition of the outbox, an order's in its order. Best effort: an item may be lost, or come twice.
/// </summary>
/// <param name="Changes">The changes.</param>
[GenerateSerializer, Immutable, Alias("live-changes")]
public sealed record LiveChanges([property: Id(0)] ImmutableArray<LiveChange> Changes);

/// <summary>The streams of <see cref="LiveChanges"/>: one for each partition of the outbox, named by its number (ADR 9).</summary>
public static class LiveStreams
{
    /// <summary>The stream provider, at silos and clients.</summary>
    public const string Provider = "live";

    /// <summary>The namespace of the streams.</summary>
    public const string Namespace = "order-changes";
}

/// <summary>The partitions of the outbox.</summary>
public static class OutboxPartitions
{
    /// <summary>How many there are; an order's events all go to one. Fixed: a change needs the outbox drained first.</summary>
    public const int Count = 8;
}
