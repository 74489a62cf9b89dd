using OrderFlow.Telemetry;

namespace OrderFlow.Notifications;

/// <summary>A message to a customer, as it is queued.</summary>
/// <param name="JobId">The id of its event, <c>{orderId}-{version}</c>.</param>
/// <param name="OrderId">The id of the order.</param>
/// <param name="UserId">The customer.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">A short summary in English, for operators, and for customers where there are no details.</param>
/// <param name="Trace">The trace context it was enqueued in; null where there was none, as for jobs of older programs.</param>
/// <param name="Email">The customer's mail address; null where the order names none.</param>
/// <param name="Locale">The customer's language, a BCP 47 tag such as <c>de-AT</c>; null for the default.</param>
/// <param name="Details">What templates show; null for jobs of older programs.</param>
internal sealed record NotificationJob(
    string JobId, long OrderId, string UserId, string EventType, string Message, TraceContext? Trace = null, string? Email = null, string? Locale = null,
    NotificationDetails? Details = null)
{
    /// <summary>Shows no personal data.</summary>
    public override string ToString() => $"{nameof(NotificationJob)} {JobId}";
}
