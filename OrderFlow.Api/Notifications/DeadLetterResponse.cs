using OrderFlow.Notifications;

namespace OrderFlow.Api.Notifications;

/// <summary>A notification that was dead-lettered.</summary>
/// <param name="JobId">The id of its event, <c>{orderId}-{version}</c>.</param>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">The customer.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">The text for the customer.</param>
/// <param name="Attempts">Delivery attempts; one whose worker died does not count.</param>
/// <param name="Reason">Why the last attempt failed.</param>
/// <param name="DiedAt">When it was dead-lettered; UTC, written with Z.</param>
internal sealed record DeadLetterResponse(
    string JobId, long OrderId, string UserId, string EventType, string Message, int Attempts, string Reason, DateTime DiedAt)
{
    /// <summary>Maps a dead letter.</summary>
    public static DeadLetterResponse Of(DeadLetter letter) => new(
        letter.JobId, letter.OrderId, letter.UserId, letter.EventType, letter.Message, letter.Attempts, letter.Reason, letter.DiedAt.UtcDateTime);
}
