namespace OrderFlow.Notifications;

/// <summary>A job that a worker has claimed. Only the holder of its latest lease can move it.</summary>
/// <param name="Job">What to send.</param>
/// <param name="Attempt">The number of this attempt; the first is 1.</param>
/// <param name="Lease">Identifies this claim in the queue; opaque.</param>
internal sealed record ClaimedJob(NotificationJob Job, int Attempt, string Lease);

/// <summary>The queue as workers use it. A worker's name is unique to its process.</summary>
/// <remarks>Moves of a claimed job return false, and change nothing, where the worker has lost the lease.</remarks>
internal interface INotificationJobs
{
    /// <summary>The most characters that are stored of the reason why an attempt failed.</summary>
    const int MaxReasonLength = 500;

    /// <summary>Claims up to <paramref name="count"/> waiting jobs, including delayed ones that are due at <paramref name="now"/>. Returns none while the queue is paused.</summary>
    Task<IReadOnlyList<ClaimedJob>> Claim(string worker, int count, DateTimeOffset now);

    /// <summary>
    /// Claims up to <paramref name="count"/> jobs that another worker has held for longer than <paramref name="lease"/>. Returns none while the queue is paused.
    /// A job whose workers died too often is dead-lettered instead.
    /// </summary>
    Task<IReadOnlyList<ClaimedJob>> Reclaim(string worker, int count, TimeSpan lease, DateTimeOffset now);

    /// <summary>Completes a sent job.</summary>
    Task<bool> Complete(string worker, ClaimedJob job, DateTimeOffset now);

    /// <summary>Delays a job whose attempt failed until its next attempt is due at <paramref name="dueAt"/>.</summary>
    Task<bool> Retry(string worker, ClaimedJob job, DateTimeOffset dueAt, string reason, DateTimeOffset now);

    /// <summary>Makes a job whose last attempt failed a dead letter.</summary>
    Task<bool> DeadLetter(string worker, ClaimedJob job, string reason, DateTimeOffset now);

    /// <summary>Puts a job that the worker has not begun to send back into the queue; the attempt does not count.</summary>
    Task<bool> Release(string worker, ClaimedJob job, DateTimeOffset now);
}
