using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Judging;

/// <summary>An order as the API answers it.</summary>
internal sealed record StoredOrder(
    long Id, string UserId, IReadOnlyList<Line> Items, string Status, decimal TotalAmount, string? FailReason,
    DateTimeOffset? ExpiresAt = null, string? CancelReason = null, Parcel? Tracking = null)
{
    /// <summary>Whether it was cancelled because it was not confirmed in time.</summary>
    public bool IsExpired => Status == "cancelled" && CancelReason == "expired";
}

/// <summary>A page of them.</summary>
internal sealed record OrderPage(IReadOnlyList<StoredOrder> Items, int Total, string? NextCursor);

/// <summary>A product as the API answers it.</summary>
internal sealed record StoredProduct(string ProductId, long AvailableQuantity, long ReservedQuantity);

/// <summary>A movement of a product as the API answers it.</summary>
internal sealed record StoredMovement(
    string Kind, long AvailableDelta, long ReservedDelta, long Version, long? OrderId = null, string? Actor = null, string? Reason = null);

/// <summary>A page of them, the newest first.</summary>
internal sealed record MovementPage(IReadOnlyList<StoredMovement> Items, string? NextCursor);

/// <summary>A product with all its movements, the oldest first.</summary>
internal sealed record StoredStock(StoredProduct Product, IReadOnlyList<StoredMovement> Movements);

/// <summary>An event as it lies on Kafka.</summary>
internal sealed record PublishedEvent(
    string Topic, long OrderId, string UserId, IReadOnlyList<Line> Items, long Version, decimal? TotalAmount = null, string? Reason = null,
    Parcel? Tracking = null, DateTimeOffset OccurredAt = default);

/// <summary>An event of a product as it lies on Kafka.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">Its partition; events come in the order they have there.</param>
/// <param name="Id">The <c>ce_id</c>.</param>
/// <param name="Key">The record's key.</param>
/// <param name="ProductId">The product.</param>
/// <param name="AvailableQuantity">Its available units.</param>
/// <param name="LowStockThreshold">Its threshold.</param>
/// <param name="Version">Its version.</param>
internal sealed record PublishedLevel(
    string Topic, string Partition, string Id, string Key, string ProductId, long AvailableQuantity, long? LowStockThreshold, long Version);

/// <summary>Something that does not hold.</summary>
internal sealed record Violation(string Kind, string What);
