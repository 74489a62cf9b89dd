using System.Text.Json.Serialization;

namespace OrderFlow.Inventory;

/// <summary>A product's available units have fallen to its threshold, or risen above it. Stored by the transaction that makes it true, then published.</summary>
/// <param name="IsLow">Which of both.</param>
/// <param name="ProductId">The product.</param>
/// <param name="AvailableQuantity">The available units after the write.</param>
/// <param name="LowStockThreshold">The threshold then; null where it was removed.</param>
/// <param name="Version">The item's version after the write.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record StockLevelChanged(
    [property: JsonIgnore] bool IsLow, string ProductId, long AvailableQuantity, long? LowStockThreshold, long Version, DateTimeOffset OccurredAt)
{
    /// <summary>The type, and topic, of a product that is low.</summary>
    public const string Low = "stock.low";

    /// <summary>The type, and topic, of a product that is no longer low.</summary>
    public const string Replenished = "stock.replenished";

    /// <summary>All types.</summary>
    public static IReadOnlyList<string> Names { get; } = [Low, Replenished];

    /// <summary>Its type's name, which is also its topic.</summary>
    [JsonIgnore]
    public string Name => IsLow ? Low : Replenished;

    /// <summary>The same for an event delivered twice: <c>{productId}-{version}</c>.</summary>
    [JsonIgnore]
    public string Id => $"{ProductId}-{Version}";
}
