namespace OrderFlow.Inventory;

/// <summary>A product's stock as it is persisted.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="AvailableQuantity">Units that can be reserved. Releases may raise it above what can be set.</param>
/// <param name="ReservedQuantity">Units reserved for orders.</param>
/// <param name="UnitPrice">The price of one unit, in the shop's currency.</param>
/// <param name="UpdatedAt">When it last changed, UTC.</param>
/// <param name="Version">Grows with every write of the item; 0 from a silo of 1.0.0, which does not tell it.</param>
/// <param name="LowStockThreshold">The item is low while no more units than these are available; null for never.</param>
/// <param name="SettingsVersion">Grows with every change of the price and the threshold.</param>
/// <param name="ArchivedAt">When it was archived, UTC; null while orders can reserve it.</param>
[GenerateSerializer, Immutable, Alias("stock-item-view")]
public sealed record StockItem(
    [property: Id(0)] string ProductId,
    [property: Id(1)] long AvailableQuantity,
    [property: Id(2)] long ReservedQuantity,
    [property: Id(3)] decimal UnitPrice,
    [property: Id(4)] DateTimeOffset UpdatedAt,
    [property: Id(5)] long Version = 0,
    [property: Id(6)] long? LowStockThreshold = null,
    [property: Id(7)] long SettingsVersion = StockItem.FirstSettingsVersion,
    [property: Id(8)] DateTimeOffset? ArchivedAt = null)
{
    /// <summary>The version of a new item's settings.</summary>
    public const long FirstSettingsVersion = 1;

    /// <summary>True where too few units are available.</summary>
    public bool IsLow => ArchivedAt is null && AvailableQuantity <= LowStockThreshold;
}

/// <summary>A stock item's answer to an admin's command.</summary>
/// <param name="Outcome">Whether the command was accepted.</param>
/// <param name="Item">The item after the write that carried the command out, where there is one.</param>
/// <param name="Reason">Why the command was refused, for a person to read.</param>
/// <param name="WasRepeated">True where the operation was carried out before, and this is its first answer.</param>
[GenerateSerializer, Immutable, Alias("stock-result")]
public sealed record StockResult(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] StockItem? Item = null,
    [property: Id(2)] string? Reason = null,
    [property: Id(3)] bool WasRepeated = false);
