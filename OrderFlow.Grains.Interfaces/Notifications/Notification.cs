namespace OrderFlow.Notifications;

/// <summary>Where a notification stands.</summary>
[GenerateSerializer, Alias("notification-state")]
public enum NotificationState
{
    /// <summary>Queued: a worker takes it next.</summary>
    Waiting,

    /// <summary>A worker is sending it.</summary>
    Active,

    /// <summary>An attempt failed; the next one is due later.</summary>
    Delayed,

    /// <summary>Sent.</summary>
    Sent,

    /// <summary>Given up after the last attempt; it is a dead letter until it is replayed or purged.</summary>
    Dead,
}

/// <summary>What became of one event that its customer is told of.</summary>
/// <param name="JobId">The id of the event, <c>{orderId}-{version}</c>.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">What the customer reads; null once it was sent and has left the bounded history.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempts">Attempts to send it; one that ended with its worker does not count.</param>
/// <param name="UpdatedAt">When its state last changed, UTC.</param>
[GenerateSerializer, Immutable, Alias("notification-view")]
public sealed record Notification(
    [property: Id(0)] string JobId,
    [property: Id(1)] string EventType,
    [property: Id(2)] string? Message,
    [property: Id(3)] NotificationState State,
    [property: Id(4)] int Attempts,
    [property: Id(5)] DateTimeOffset UpdatedAt);

/// <summary>What a question for an order's notifications is answered.</summary>
/// <param name="Outcome">Ok, or NotFound where the caller may not see the order.</param>
/// <param name="Page">The page, where the outcome is Ok: oldest first.</param>
[GenerateSerializer, Immutable, Alias("notification-list")]
public sealed record NotificationList(
    [property: Id(0)] Outcome Outcome,
    [property: Id(1)] Page<Notification>? Page = null);
