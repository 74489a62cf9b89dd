namespace OrderFlow.Notifications;

/// <summary>Whether jobs can be enqueued, as last polled: asking does not reach the queue.</summary>
internal interface IQueueHealth
{
    /// <summary>Why jobs cannot be enqueued, or may be lost, as a sentence without its full stop; null where the queue is healthy.</summary>
    Task<string?> GetFault();
}
