namespace OrderFlow.Notifications;

/// <summary>Sends notifications to customers: by mail, or to the log.</summary>
internal interface INotificationSender
{
    /// <summary>How many sends can run at once. A worker starts no more: waiting in here would use up the time-out of a send.</summary>
    int MaxConcurrency => int.MaxValue;

    /// <summary>
    /// Sends the message. Any exception fails the attempt; an <see cref="UndeliverableException"/> also prevents further attempts, and a
    /// <see cref="SenderUnavailableException"/> does not count as one.
    /// </summary>
    /// <param name="job">What to send. Its id is sent along, so that the receiver can drop repeats.</param>
    /// <param name="cancellationToken">Cancelled when the attempt times out.</param>
    Task Send(NotificationJob job, CancellationToken cancellationToken);
}

/// <summary>The message can never be delivered: a permanent error, which is not retried.</summary>
internal sealed class UndeliverableException(string reason) : Exception(reason);

/// <summary>No message at all can be sent until an operator has mended the cause, such as a wrong password.</summary>
internal sealed class SenderUnavailableException(string reason, Exception? cause = null) : Exception(reason, cause);
