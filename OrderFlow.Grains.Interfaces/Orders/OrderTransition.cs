namespace OrderFlow.Orders;

/// <summary>One change of an order's status.</summary>
/// <param name="Status">What it became.</param>
/// <param name="Version">The order's version that this change made.</param>
/// <param name="At">When, UTC.</param>
[GenerateSerializer, Immutable, Alias("order-transition")]
public sealed record OrderTransition(
    [property: Id(0)] OrderStatus Status,
    [property: Id(1)] long Version,
    [property: Id(2)] DateTimeOffset At);
