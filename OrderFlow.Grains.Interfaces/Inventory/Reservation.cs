namespace OrderFlow.Inventory;

/// <summary>The command to reserve stock for an order.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Attempt">The number of the order's attempt; the first is 1.</param>
/// <param name="Quantity">Units, at least 1; all lines of the product summed.</param>
/// <param name="Tentative">True where the order may still release the units: it needs other products too, or has agreed to a total.</param>
[GenerateSerializer, Immutable, Alias("reserve-stock")]
public sealed record ReserveStock(
    [property: Id(0)] long OrderId,
    [property: Id(1)] int Attempt,
    [property: Id(2)] long Quantity,
    [property: Id(3)] bool Tentative);

/// <summary>How a stock item answers a <see cref="ReserveStock"/>.</summary>
[GenerateSerializer, Alias("reserve-outcome")]
public enum ReserveOutcome
{
    /// <summary>The units are reserved, now or since an earlier call.</summary>
    Granted,

    /// <summary>There are not enough units, and too few may be released.</summary>
    Insufficient,

    /// <summary>There are not enough units now, but unsettled orders may release enough: try again.</summary>
    Contended,

    /// <summary>There is no such product.</summary>
    Unknown,

    /// <summary>This attempt was released before: the order needs the next one.</summary>
    Superseded,
}

/// <summary>What a stock item answers to a <see cref="ReserveStock"/>.</summary>
/// <param name="Outcome">The answer.</param>
/// <param name="UnitPrice">Where granted: the price written on the reservation.</param>
/// <param name="Available">Where insufficient or contended: the units that were available.</param>
[GenerateSerializer, Immutable, Alias("reserve-result")]
public sealed record ReserveResult(
    [property: Id(0)] ReserveOutcome Outcome,
    [property: Id(1)] decimal UnitPrice = 0,
    [property: Id(2)] long Available = 0);
