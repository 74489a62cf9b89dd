namespace OrderFlow.Inventory;

/// <summary>The command to hold stock for an order.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Attempt">The number of the order's try; the first is 1.</param>
/// <param name="Quantity">Pieces, at least 1; all lines of the product summed.</param>
/// <param name="Tentative">True where the order may still give the pieces back: it wants other products too, or has a price condition.</param>
[GenerateSerializer, Immutable, Alias("reserve-stock")]
public sealed record ReserveStock(
    [property: Id(0)] long OrderId,
    [property: Id(1)] int Attempt,
    [property: Id(2)] long Quantity,
    [property: Id(3)] bool Tentative);

/// <summary>How a stock item answered a <see cref="ReserveStock"/>.</summary>
[GenerateSerializer, Alias("reserve-outcome")]
public enum ReserveOutcome
{
    /// <summary>The pieces are held, now or since an earlier call.</summary>
    Granted,

    /// <summary>There are not enough pieces, and none of those held may come back.</summary>
    Insufficient,

    /// <summary>There are not enough pieces now, but some are held by an order that has not settled: ask again.</summary>
    Contended,

    /// <summary>There is no such product.</summary>
    Unknown,

    /// <summary>This try was released before: the order must take a new number.</summary>
    Superseded,
}

/// <summary>What a stock item answers to a <see cref="ReserveStock"/>.</summary>
/// <param name="Outcome">How it was answered.</param>
/// <param name="UnitPrice">Where granted: the price written on the reservation.</param>
/// <param name="Available">Where short or busy: the pieces that were available.</param>
[GenerateSerializer, Immutable, Alias("reserve-result")]
public sealed record ReserveResult(
    [property: Id(0)] ReserveOutcome Outcome,
    [property: Id(1)] decimal UnitPrice = 0,
    [property: Id(2)] long Available = 0);
