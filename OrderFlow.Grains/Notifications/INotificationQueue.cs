
namespace OrderFlow.Notifications;

/// <summary>The queue, for those who fill it and look after it. Every method may be called again with no second effect.</summary>
internal interface INotificationQueue
{
    /// <summary>Queues the job. False where a job with this id is queued, or was finished, given up or purged within the time that ids are remembered.</summary>
    Task<bool> Enqueue(NotificationJob job);

    /// <summary>What is remembered of an order's jobs, oldest event first; purged ones are left out.</summary>
    Task<IReadOnlyList<Notification>> ListByOrder(long orderId);

    /// <summary>How many jobs are where.</summary>
    Task<NotificationStats> GetStats();

    /// <summary>One page of the dead letters, newest first; behind the place <paramref name="after"/> where that is given.</summary>
    Task<Page<DeadLetter>> ListDeadLetters(int page, int limit, string? after = null);

    /// <summary>See <see cref="INotificationQueueGrain.Replay"/>.</summary>
    Task<Outcome> Replay(string jobId);

    /// <summary>See <see cref="INotificationQueueGrain.Purge"/>.</summary>
    Task<Outcome> Purge(string jobId);

    /// <summary>See <see cref="INotificationQueueGrain.SetPaused"/>.</summary>
    Task SetPaused(bool paused);
}
