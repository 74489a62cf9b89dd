using OrderFlow.Telemetry;

namespace OrderFlow.Notifications;

/// <summary>A message for a customer, as it is queued.</summary>
/// <param name="JobId">The id of the event it tells of, <c>{orderId}-{version}</c>.</param>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Who is told.</param>
/// <param name="EventType">Such as <c>order.reserved</c>.</param>
/// <param name="Message">What the customer reads.</param>
/// <param name="Trace">Where in which trace it was queued; null where nobody traced, as for jobs of older programs.</param>
internal sealed record NotificationJob(string JobId, long OrderId, string UserId, string EventType, string Message, TraceContext? Trace = null);

/// <summary>The queue, for those who fill it and look after it. Every method may be called again with no second effect.</summary>
internal interface INotificationQueue
{
    /// <summary>Queues the job. False where a job with this id is queued, or was finished, given up or purged within the time that ids are remembered.</summary>
    Task<bool> Enqueue(NotificationJob job);

    /// <summary>What is remembered of an order's jobs, oldest event first; purged ones are left out.</summary>
    Task<IReadOnlyList<Notification>> OfOrder(long orderId);

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

/// <summary>Whether jobs can be queued. It is polled: asking costs the queue nothing.</summary>
internal interface IQueueHealth
{
    /// <summary>Why no job can be queued, or why one may be lost, in a sentence without its full stop; null where all is well.</summary>
    Task<string?> Fault();
}

/// <summary>A job that a worker holds. Only the holder of its latest lease can finish it.</summary>
/// <param name="Job">What to send.</param>
/// <param name="Attempt">The number of the attempt that this claim is; the first is 1.</param>
/// <param name="Lease">What the queue knows this claim by; opaque.</param>
internal sealed record ClaimedJob(NotificationJob Job, int Attempt, string Lease);

/// <summary>The queue, for workers. A worker is named; the name is its own for as long as its process lives.</summary>
internal interface INotificationJobs
{
    /// <summary>The most characters that are kept of why an attempt failed: it is text of somebody else's making.</summary>
    const int ReasonLimit = 500;

    /// <summary>Takes up to so many waiting jobs, those whose delay is over by <paramref name="now"/> included. None while the queue is paused.</summary>
    Task<IReadOnlyList<ClaimedJob>> Claim(string worker, int count, DateTimeOffset now);

    /// <summary>
    /// Takes up to so many jobs whose worker has not finished them within <paramref name="lease"/>: it died, or lost its way. None while the queue is paused.
    /// A job whose workers keep dying is given up after a bounded number of times.
    /// </summary>
    Task<IReadOnlyList<ClaimedJob>> TakeOver(string worker, int count, TimeSpan lease, DateTimeOffset now);

    /// <summary>The job was sent. False where this worker has lost it to another: then nothing happens.</summary>
    Task<bool> Finish(string worker, ClaimedJob job, DateTimeOffset now);

    /// <summary>The attempt failed; the next is due at <paramref name="dueAt"/>. False where this worker has lost the job.</summary>
    Task<bool> Delay(string worker, ClaimedJob job, DateTimeOffset dueAt, string reason, DateTimeOffset now);

    /// <summary>The last attempt failed: the job becomes a dead letter. False where this worker has lost the job.</summary>
    Task<bool> GiveUp(string worker, ClaimedJob job, string reason, DateTimeOffset now);

    /// <summary>The worker stops, or the lease would end, before it has begun to send: the job waits again, and the attempt does not count. False where this worker has lost the job.</summary>
    Task<bool> HandBack(string worker, ClaimedJob job, DateTimeOffset now);
}
