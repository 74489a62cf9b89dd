using System.Globalization;

namespace OrderFlow.Notifications;

/// <summary>The texts that customers receive. Pure functions.</summary>
internal static class NotificationText
{
    /// <summary>The most bytes of a reason in a message: an order of a hundred lines can fail for a hundred reasons, and the order itself has them all.</summary>
    public const int MaxReasonBytes = 384;

    /// <summary>The reason in the event of an order that was cancelled because it was deleted.</summary>
    private const string Deleted = "deleted";

    /// <summary>The message for the event; null for an event type without one.</summary>
    public static string? Message(OrderNotice notice) => Headline(notice.EventType, notice.OrderId) is { } headline ? headline + Details(notice) : null;

    /// <summary>The subject of a mail with the job's message.</summary>
    public static string Subject(NotificationJob job) =>
        Headline(job.EventType, job.OrderId) ?? string.Create(CultureInfo.InvariantCulture, $"Your order {job.OrderId}");

    private static string? Headline(string eventType, long orderId) => eventType switch
    {
        "order.created" => string.Create(CultureInfo.InvariantCulture, $"Your order {orderId} was received"),
        "order.reserved" => string.Create(CultureInfo.InvariantCulture, $"Your order {orderId} is reserved"),
        "order.failed" => string.Create(CultureInfo.InvariantCulture, $"Your order {orderId} could not be reserved"),
        "order.cancelled" => string.Create(CultureInfo.InvariantCulture, $"Your order {orderId} is cancelled"),
        "order.reopened" => string.Create(CultureInfo.InvariantCulture, $"Your order {orderId} is tried again"),
        _ => null,
    };

    private static string Details(OrderNotice notice) => notice switch
    {
        { EventType: "order.reserved", TotalAmount: { } total } => string.Create(CultureInfo.InvariantCulture, $". Total: {total:0.00}."),
        { EventType: "order.failed", Reason: { Length: > 0 } reason } => $": {TextTruncation.TruncateAtWord(reason.TrimEnd('.'), MaxReasonBytes)}.",
        { EventType: "order.cancelled", Reason: Deleted } => ": it was deleted.",
        _ => ".",
    };
}
