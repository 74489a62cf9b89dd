namespace OrderFlow.Notifications;

/// <summary>Delivers notifications to customers: by mail, or to the log.</summary>
internal interface INotificationSender
{
    /// <summary>How many sends at once need not wait for each other. A worker begins no more: what waits here uses up the time that a send may take.</summary>
    int MaxConcurrency => int.MaxValue;

    /// <summary>Sends the message. Whatever it throws makes the attempt a failed one; an <see cref="UndeliverableException"/> the last one.</summary>
    /// <param name="job">What to send; its id travels with it, so that whoever receives it can drop repeats.</param>
    /// <param name="cancellationToken">Ends the attempt when it has taken too long.</param>
    Task Send(NotificationJob job, CancellationToken cancellationToken);
}

/// <summary>The message can never be delivered: to try again would not help.</summary>
internal sealed class UndeliverableException(string reason) : Exception(reason);
