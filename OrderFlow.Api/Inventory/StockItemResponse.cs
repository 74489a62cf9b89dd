using System.Text.Json.Serialization;
using OrderFlow.Inventory;

namespace OrderFlow.Api.Inventory;

/// <summary>A product's stock.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="AvailableQuantity">Units that can still be reserved. Released units may raise it above what can be set.</param>
/// <param name="ReservedQuantity">Units reserved by orders.</param>
/// <param name="UnitPrice">The price of one unit.</param>
/// <param name="UpdatedAt">When it last changed; UTC, written with Z.</param>
/// <param name="LowStockThreshold">The product is low while no more units than these are available; absent for never.</param>
internal sealed record StockItemResponse(
    string ProductId, long AvailableQuantity, long ReservedQuantity, decimal UnitPrice, DateTime UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? LowStockThreshold = null)
{
    /// <summary>Maps a stock item.</summary>
    public static StockItemResponse Of(StockItem item) =>
        new(item.ProductId, item.AvailableQuantity, item.ReservedQuantity, item.UnitPrice, item.UpdatedAt.UtcDateTime, item.LowStockThreshold);
}
