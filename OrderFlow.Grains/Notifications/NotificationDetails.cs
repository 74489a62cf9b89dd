using OrderFlow.Orders;

namespace OrderFlow.Notifications;

/// <summary>What the texts for customers show of an event, bounded as it is queued. They are rendered when the job is sent.</summary>
/// <param name="OccurredAt">When it happened.</param>
/// <param name="TotalAmount">The order's total; null before its prices are fixed.</param>
/// <param name="Reason">Why it failed or was cancelled.</param>
/// <param name="Tracking">The parcel of a fulfilled order.</param>
/// <param name="Items">The first of the order's lines.</param>
/// <param name="MoreItems">How many lines follow.</param>
internal sealed record NotificationDetails(
    DateTimeOffset? OccurredAt = null,
    decimal? TotalAmount = null,
    string? Reason = null,
    Tracking? Tracking = null,
    IReadOnlyList<OrderLine>? Items = null,
    int MoreItems = 0)
{
    /// <summary>The most lines that are queued and shown; the order itself has all of them.</summary>
    public const int MaxItems = 20;

    /// <summary>The details of an event.</summary>
    public static NotificationDetails Of(OrderNotice notice) => new(
        notice.OccurredAt,
        OrderEventCatalogue.Find(notice.EventType)?.Type is OrderEventType.Created ? null : notice.TotalAmount,
        notice.Reason is { } reason ? TextTruncation.TruncateAtWord(reason.TrimEnd('.'), NotificationText.MaxReasonBytes) : null,
        notice.Tracking,
        notice.Items.IsDefaultOrEmpty ? null : [.. notice.Items.Take(MaxItems)],
        notice.Items.IsDefaultOrEmpty ? 0 : Math.Max(0, notice.Items.Length - MaxItems));
}
