namespace OrderFlow.Notifications;

/// <summary>The state of a notification.</summary>
[GenerateSerializer, Alias("notification-state")]
public enum NotificationState
{
    /// <summary>Queued: a worker can claim it.</summary>
    Waiting,

    /// <summary>A worker has claimed it.</summary>
    Active,

    /// <summary>An attempt failed; the next one is due later.</summary>
    Delayed,

    /// <summary>Sent.</summary>
    Sent,

    /// <summary>Its attempts all failed; it is a dead letter until it is replayed or purged.</summary>
    Dead,
}

/// <summary>The notification of one event of an order.</summary>
/// <param name="JobId">The id of the event, <c>{orderId}-{version}</c>.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">The message to the customer; null once it was sent and trimmed from the bounded history.</param>
/// <param name="State">Its state.</param>
/// <param name="Attempts">Attempts to send it; one whose worker died does not count.</param>
/// <param name="UpdatedAt">When its state last changed, UTC.</param>
[GenerateSerializer, Immutable, Alias("notification-view")]
public sealed record Notification(
    [property: Id(0)] string JobId,
    [property: Id(1)] string EventType,
    [property: Id(2)] string? Message,
    [property: Id(3)] NotificationState State,
    [property: Id(4)] int Attempts,
    [property: Id(5)] DateTimeOffset UpdatedAt);

/// <summary>The notifications of an order.</summary>
/// <param name="Outcome">Ok, or NotFound where the caller may not see the order.</param>
/// <param name="Page">The page, where the outcome is Ok: oldest first.</param>
[GenerateSerializer, Immutable, Alias("notification-list")]
public sealed record NotificationList(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] Page<Notification>? Page = null);
