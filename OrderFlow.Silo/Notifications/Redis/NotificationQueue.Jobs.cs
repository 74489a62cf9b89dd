using OrderFlow.Notifications;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <content>The queue for workers.</content>
internal sealed partial class NotificationQueue
{
    /// <summary>The most jobs that one call claims; Redis serves no other client meanwhile.</summary>
    private const int MaxClaimed = 1_000;

    /// <summary>The most delayed jobs that one claim moves to the waiting ones.</summary>
    private const int MaxDueMoved = 100;

    private const int MaxWorkersRemoved = 20;

    /// <summary>How long a worker that holds no jobs and claims none is kept.</summary>
    private static readonly TimeSpan IdleWorkerRetention = TimeSpan.FromHours(1);

    public async Task<IReadOnlyList<ClaimedJob>> Claim(string worker, int count, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return ReadClaims(await Run(QueueScripts.Claim, now, worker, Math.Min(count, MaxClaimed), MaxDueMoved));
    }

    public async Task<IReadOnlyList<ClaimedJob>> Reclaim(string worker, int count, TimeSpan lease, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);

        // Before jobs are reclaimed: were it to fail afterwards, no worker would know of them until their new leases end.
        await Run(QueueScripts.RemoveIdleWorkers, now, (long)IdleWorkerRetention.TotalMilliseconds, MaxWorkersRemoved);

        var results = await Run(
            QueueScripts.Reclaim, now, worker, Math.Min(count, MaxClaimed), (long)lease.TotalMilliseconds, options.Value.MaxReclaims, options.Value.DeadLetterLimit);
        foreach (var jobId in (string[])results[1]!) LogWorkersDied(jobId, options.Value.MaxReclaims);
        ReportPurged(results[2]);
        return ReadClaims(results[0]);
    }

    public async Task<bool> Complete(string worker, ClaimedJob job, DateTimeOffset now) =>
        (bool)await RunOnClaim(QueueScripts.Complete, worker, job, now, options.Value.HistoryLimit);

    public async Task<bool> Retry(string worker, ClaimedJob job, DateTimeOffset dueAt, string reason, DateTimeOffset now) =>
        (bool)await RunOnClaim(QueueScripts.Retry, worker, job, now, dueAt.ToUnixTimeMilliseconds(), TruncateReason(reason));

    public async Task<bool> DeadLetter(string worker, ClaimedJob job, string reason, DateTimeOffset now)
    {
        var purged = await RunOnClaim(QueueScripts.DeadLetter, worker, job, now, TruncateReason(reason), options.Value.DeadLetterLimit);
        if (purged.IsNull) return false;

        ReportPurged(purged);
        return true;
    }

    public async Task<bool> Release(string worker, ClaimedJob job, DateTimeOffset now) => (bool)await RunOnClaim(QueueScripts.Release, worker, job, now);

    private static string TruncateReason(string reason) => TextTruncation.Truncate(reason, INotificationJobs.MaxReasonLength);

    private static ClaimedJob[] ReadClaims(RedisResult claims) => [.. ((RedisResult[])claims!).Select(QueueEntry.ReadClaim)];

    /// <summary>Runs a script that moves the job if the worker still has its lease: the entry and the count of deliveries.</summary>
    private Task<RedisResult> RunOnClaim(string script, string worker, ClaimedJob job, DateTimeOffset now, params RedisValue[] arguments)
    {
        var lease = job.Lease.Split(' ');
        return Run(script, now, [worker, lease[0], lease[1], .. arguments]);
    }

    /// <summary>Logs dead letters that are gone before an operator handled them.</summary>
    private void ReportPurged(RedisResult purged)
    {
        if (purged.Length > 0) LogPurged(string.Join(", ", (string[])purged!), options.Value.DeadLetterLimit);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Purged the oldest dead letters {JobIds}: there were more than {DeadLetterLimit}")]
    private partial void LogPurged(string jobIds, int deadLetterLimit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notification {JobId} was dead-lettered: its worker died {Deaths} times")]
    private partial void LogWorkersDied(string jobId, int deaths);
}
