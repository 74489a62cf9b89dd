
namespace OrderFlow.Notifications;

/// <summary>A job that a worker holds. Only the holder of its latest lease can finish it.</summary>
/// <param name="Job">What to send.</param>
/// <param name="Attempt">The number of the attempt that this claim is; the first is 1.</param>
/// <param name="Lease">What the queue knows this claim by; opaque.</param>
internal sealed record ClaimedJob(NotificationJob Job, int Attempt, string Lease);

/// <summary>The queue, for workers. A worker is named; the name is its own for as long as its process lives.</summary>
internal interface INotificationJobs
{
    /// <summary>The most characters that are kept of why an attempt failed: it is text of somebody else's making.</summary>
    const int MaxReasonLength = 500;

    /// <summary>Takes up to so many waiting jobs, those whose delay is over by <paramref name="now"/> included. None while the queue is paused.</summary>
    Task<IReadOnlyList<ClaimedJob>> Claim(string worker, int count, DateTimeOffset now);

    /// <summary>
    /// Takes up to so many jobs whose worker has not finished them within <paramref name="lease"/>: it died, or lost its way. None while the queue is paused.
    /// A job whose workers keep dying is given up after a bounded number of times.
    /// </summary>
    Task<IReadOnlyList<ClaimedJob>> Reclaim(string worker, int count, TimeSpan lease, DateTimeOffset now);

    /// <summary>The job was sent. False where this worker has lost it to another: then nothing happens.</summary>
    Task<bool> Complete(string worker, ClaimedJob job, DateTimeOffset now);

    /// <summary>The attempt failed; the next is due at <paramref name="dueAt"/>. False where this worker has lost the job.</summary>
    Task<bool> Retry(string worker, ClaimedJob job, DateTimeOffset dueAt, string reason, DateTimeOffset now);

    /// <summary>The last attempt failed: the job becomes a dead letter. False where this worker has lost the job.</summary>
    Task<bool> DeadLetter(string worker, ClaimedJob job, string reason, DateTimeOffset now);

    /// <summary>The worker stops, or the lease would end, before it has begun to send: the job waits again, and the attempt does not count. False where this worker has lost the job.</summary>
    Task<bool> Release(string worker, ClaimedJob job, DateTimeOffset now);
}
