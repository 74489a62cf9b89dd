using OrderFlow.Inventory;

namespace OrderFlow.Api.Inventory;

/// <summary>A stock item on the wire, design §7.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="AvailableQuantity">Pieces that can still be reserved. What orders give back may make them more than can be set.</param>
/// <param name="ReservedQuantity">Pieces held by orders.</param>
/// <param name="UnitPrice">The price of one piece.</param>
/// <param name="UpdatedAt">When it last changed; UTC, written with Z.</param>
internal sealed record StockItemResponse(string ProductId, long AvailableQuantity, long ReservedQuantity, decimal UnitPrice, DateTime UpdatedAt)
{
    /// <summary>The item as it goes on the wire.</summary>
    public static StockItemResponse Of(StockItem item) =>
        new(item.ProductId, item.AvailableQuantity, item.ReservedQuantity, item.UnitPrice, item.UpdatedAt.UtcDateTime);
}
