using System.Text.Json.Serialization;
using OrderFlow.Notifications;

namespace OrderFlow.Api.Notifications;

/// <summary>A notification of a customer about an order.</summary>
/// <param name="JobId">The id of its event, <c>{orderId}-{version}</c>.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">The text for the customer; absent once it was sent and has left the queue's history.</param>
/// <param name="State">waiting, active, delayed, sent or dead.</param>
/// <param name="Attempts">Delivery attempts; one whose worker died does not count.</param>
/// <param name="UpdatedAt">When its state last changed; UTC, written with Z.</param>
internal sealed record NotificationResponse(
    string JobId, string EventType, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message,
    string State, int Attempts, DateTime UpdatedAt)
{
    /// <summary>Maps a notification.</summary>
    public static NotificationResponse Of(Notification notification) => new(
        notification.JobId, notification.EventType, notification.Message, NameOf(notification.State), notification.Attempts,
        notification.UpdatedAt.UtcDateTime);

    /// <summary>A state's name in JSON.</summary>
    public static string NameOf(NotificationState state) => state switch
    {
        NotificationState.Waiting => "waiting",
        NotificationState.Active => "active",
        NotificationState.Delayed => "delayed",
        NotificationState.Sent => "sent",
        NotificationState.Dead => "dead",
    };
}
