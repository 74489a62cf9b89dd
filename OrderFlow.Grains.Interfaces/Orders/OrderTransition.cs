namespace OrderFlow.Orders;

/// <summary>One change of an order's status.</summary>
/// <param name="Status">The new status.</param>
/// <param name="Version">The order's version that this change made.</param>
/// <param name="At">When, UTC.</param>
/// <param name="UnknownStatus">The stored name of a status that this version does not know; null otherwise.</param>
[GenerateSerializer, Immutable, Alias("order-transition")]
public sealed record OrderTransition(
    [property: Id(0)] OrderStatus Status,
    [property: Id(1)] long Version,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] string? UnknownStatus = null)
{
    /// <summary>The status's name.</summary>
    public string StatusName => UnknownStatus ?? Status.ToWireName();
}
