namespace OrderFlow.Notifications;

/// <summary>Whether jobs can be enqueued, as last polled; reading it does not call the queue.</summary>
internal interface IQueueHealth
{
    /// <summary>Why jobs cannot be enqueued, or may be lost, as a sentence without its full stop; null where the queue is healthy.</summary>
    Task<string?> GetFault();
}
