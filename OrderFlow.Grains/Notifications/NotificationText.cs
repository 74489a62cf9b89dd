using System.Globalization;
using OrderFlow.Orders;

namespace OrderFlow.Notifications;

/// <summary>The summaries of notifications, in English. Pure functions.</summary>
internal static class NotificationText
{
    /// <summary>The most bytes of a reason in a message. An order of a hundred lines can fail for a hundred reasons; all of them stand in the order itself.</summary>
    public const int MaxReasonBytes = 384;

    /// <summary>The message for the event; null for an event type without one.</summary>
    public static string? Message(OrderNotice notice) => OrderEventCatalogue.Find(notice.EventType) is { Headline: not null } type
        ? Subject(type, notice.OrderId) + Details(type.Type, notice)
        : null;

    /// <summary>The subject of a job without details.</summary>
    public static string Subject(NotificationJob job) => Subject(OrderEventCatalogue.Find(job.EventType), job.OrderId);

    private static string Subject(OrderEventDefinition? type, long orderId) =>
        string.Create(CultureInfo.InvariantCulture, $"Your order {orderId} {type?.Headline}").TrimEnd();

    private static string Details(OrderEventType type, OrderNotice notice) => type switch
    {
        OrderEventType.Reserved when notice.TotalAmount is { } total => string.Create(CultureInfo.InvariantCulture, $". Total: {total:0.00}."),
        OrderEventType.Failed when notice.Reason is { Length: > 0 } reason => $": {TextTruncation.TruncateAtWord(reason.TrimEnd('.'), MaxReasonBytes)}.",
        OrderEventType.Cancelled => notice.Reason switch
        {
            null or "" or CancelReasons.Cancelled => ".",
            CancelReasons.Expired => ": it was not confirmed in time.",
            var text => $": {TextTruncation.TruncateAtWord(text.TrimEnd('.'), MaxReasonBytes)}.",
        },
        OrderEventType.Fulfilled when notice.Tracking is { } tracking =>
            string.Create(CultureInfo.InvariantCulture, $". {tracking.Carrier} {tracking.Number}{(tracking.Url is { } url ? $": {url}" : ".")}"),
        OrderEventType.Created or OrderEventType.Reserved or OrderEventType.Failed or OrderEventType.Reopened or OrderEventType.Confirmed or OrderEventType.Fulfilled => ".",
    };
}
