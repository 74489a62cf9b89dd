
namespace OrderFlow.Notifications;

/// <summary>Whether jobs can be queued. It is polled: asking costs the queue nothing.</summary>
internal interface IQueueHealth
{
    /// <summary>Why no job can be queued, or why one may be lost, in a sentence without its full stop; null where all is well.</summary>
    Task<string?> GetFault();
}
