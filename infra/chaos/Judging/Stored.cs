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

/// <summary>An event as it lies on Kafka.</summary>
internal sealed record PublishedEvent(
    string Topic, long OrderId, string UserId, IReadOnlyList<Line> Items, long Version, decimal? TotalAmount = null, string? Reason = null,
    Parcel? Tracking = null, DateTimeOffset OccurredAt = default);

/// <summary>Something that does not hold.</summary>
internal sealed record Violation(string Kind, string What);
