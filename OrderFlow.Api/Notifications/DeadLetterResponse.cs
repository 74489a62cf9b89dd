using OrderFlow.Notifications;

namespace OrderFlow.Api.Notifications;

/// <summary>A dead letter on the wire.</summary>
/// <param name="JobId">The id of the event it tells of, <c>{orderId}-{version}</c>.</param>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Who was to be told.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">What the customer was to read.</param>
/// <param name="Attempts">Attempts to send it; one that ended with its worker does not count.</param>
/// <param name="Reason">Why the last attempt failed.</param>
/// <param name="DiedAt">When it was given up; UTC, written with Z.</param>
internal sealed record DeadLetterResponse(
    string JobId, long OrderId, string UserId, string EventType, string Message, int Attempts, string Reason, DateTime DiedAt)
{
    /// <summary>The dead letter as it goes on the wire.</summary>
    public static DeadLetterResponse Of(DeadLetter letter) => new(
        letter.JobId, letter.OrderId, letter.UserId, letter.EventType, letter.Message, letter.Attempts, letter.Reason, letter.DiedAt.UtcDateTime);
}
