namespace OrderFlow.Inventory;

/// <summary>A product's stock as it is persisted.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="AvailableQuantity">Pieces that can still be reserved. What orders give back may make them more than can be set.</param>
/// <param name="ReservedQuantity">Pieces held by orders.</param>
/// <param name="UnitPrice">The price of one piece, in the shop's currency.</param>
/// <param name="UpdatedAt">When it last changed, UTC.</param>
[GenerateSerializer, Immutable, Alias("stock-item-view")]
public sealed record StockItem(
    [property: Id(0)] string ProductId,
    [property: Id(1)] long AvailableQuantity,
    [property: Id(2)] long ReservedQuantity,
    [property: Id(3)] decimal UnitPrice,
    [property: Id(4)] DateTimeOffset UpdatedAt);

/// <summary>What a stock item answers to a command of an admin.</summary>
/// <param name="Outcome">Whether it was done.</param>
/// <param name="Item">The item as it now stands, where there is one.</param>
/// <param name="Reason">Why it was refused, for a person to read.</param>
[GenerateSerializer, Immutable, Alias("stock-result")]
public sealed record StockResult(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] StockItem? Item = null,
    [property: Id(2)] string? Reason = null);
