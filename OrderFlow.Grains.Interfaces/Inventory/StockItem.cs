namespace OrderFlow.Inventory;

/// <summary>A product's stock as it is persisted.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="AvailableQuantity">Units that can be reserved. Releases may raise it above what can be set.</param>
/// <param name="ReservedQuantity">Units reserved for orders.</param>
/// <param name="UnitPrice">The price of one unit, in the shop's currency.</param>
/// <param name="UpdatedAt">When it last changed, UTC.</param>
[GenerateSerializer, Immutable, Alias("stock-item-view")]
public sealed record StockItem(
    [property: Id(0)] string ProductId,
    [property: Id(1)] long AvailableQuantity,
    [property: Id(2)] long ReservedQuantity,
    [property: Id(3)] decimal UnitPrice,
    [property: Id(4)] DateTimeOffset UpdatedAt);

/// <summary>A stock item's answer to an admin's command.</summary>
/// <param name="Outcome">Whether the command was accepted.</param>
/// <param name="Item">The item after the command, where there is one.</param>
/// <param name="Reason">Why the command was refused, for a person to read.</param>
[GenerateSerializer, Immutable, Alias("stock-result")]
public sealed record StockResult(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] StockItem? Item = null,
    [property: Id(2)] string? Reason = null);
