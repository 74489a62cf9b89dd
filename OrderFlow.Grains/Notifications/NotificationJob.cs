using OrderFlow.Telemetry;

namespace OrderFlow.Notifications;

/// <summary>A message for a customer, as it is queued.</summary>
/// <param name="JobId">The id of the event it tells of, <c>{orderId}-{version}</c>.</param>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Who is told.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">What the customer reads.</param>
/// <param name="Trace">Where in which trace it was queued; null where nobody traced, as for jobs of older programs.</param>
internal sealed record NotificationJob(string JobId, long OrderId, string UserId, string EventType, string Message, TraceContext? Trace = null);
