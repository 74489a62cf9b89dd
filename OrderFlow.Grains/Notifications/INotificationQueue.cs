namespace OrderFlow.Notifications;

/// <summary>The queue as grains and operators use it. Every method may be repeated without a second effect.</summary>
internal interface INotificationQueue
{
    /// <summary>Enqueues the job. Returns false where a job with this id is in the queue, or was settled or purged within the retention of ids.</summary>
    Task<bool> Enqueue(NotificationJob job);

    /// <summary>Lists the jobs of an order that were not purged, oldest event first.</summary>
    Task<IReadOnlyList<Notification>> ListByOrder(long orderId);

    /// <summary>Counts the jobs by state.</summary>
    Task<NotificationStats> GetStats();

    /// <summary>Lists one page of the dead letters, newest first, or the page that continues after <paramref name="after"/>.</summary>
    Task<Page<DeadLetter>> ListDeadLetters(int page, int limit, string? after = null);

    /// <inheritdoc cref="INotificationReplayGrain.Replay"/>
    Task<ReplayResult> Replay(string jobId, string operation = "", Guid requestId = default);

    /// <inheritdoc cref="INotificationQueueGrain.Purge"/>
    Task<Outcome> Purge(string jobId);

    /// <inheritdoc cref="IDeadLetterBatchGrain.GetRange"/>
    Task<string?> GetDeadLetterRange();

    /// <inheritdoc cref="IDeadLetterBatchGrain.Replay"/>
    Task<DeadLetterBatch> ReplayMatching(DeadLetterFilter filter, string range);

    /// <inheritdoc cref="IDeadLetterBatchGrain.Purge"/>
    Task<DeadLetterBatch> PurgeMatching(DeadLetterFilter filter, string range);

    /// <summary>Removes the mail address and language from an order's jobs up to this version; they are sent without.</summary>
    Task RemoveContacts(long orderId, long lastVersion);

    /// <summary>
    /// Removes a customer's mail address and language from some of the jobs; they are sent without. For a minute new jobs of the customer get none either: an event
    /// that was being handled meanwhile may have read what the order no longer has.
    /// </summary>
    /// <param name="userId">The customer.</param>
    /// <param name="cursor">Where to continue; null to begin.</param>
    /// <returns>From how many they were removed, and where to continue; null at the end.</returns>
    Task<(int Removed, string? Cursor)> RemoveContacts(string userId, string? cursor = null);

    /// <inheritdoc cref="INotificationQueueGrain.SetPaused"/>
    Task SetPaused(bool paused);
}
