using System.Globalization;
using OrderFlow.Notifications;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <content>The queue for workers.</content>
internal sealed partial class NotificationQueue
{
    /// <summary>The most jobs that one call gives; Redis answers nobody else meanwhile.</summary>
    private const int JobsAtOnce = 1_000;

    /// <summary>The most delayed jobs that one claim puts among the waiting ones.</summary>
    private const int DueAtOnce = 100;

    /// <summary>A worker that has no jobs and has not asked for any for so long is gone.</summary>
    private static readonly TimeSpan ForgetWorkerAfter = TimeSpan.FromHours(1);

    private const int WorkersForgottenAtOnce = 20;

    public async Task<IReadOnlyList<ClaimedJob>> Claim(string worker, int count, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var entries = await Move(QueueScripts.Claim, now, worker, Math.Min(count, JobsAtOnce), DueAtOnce);
        return Claimed(entries);
    }

    public async Task<IReadOnlyList<ClaimedJob>> Reclaim(string worker, int count, TimeSpan lease, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);

        // Before jobs are taken: were it to fail after that, nobody would know of them until their new lease has ended.
        await Move(QueueScripts.RemoveIdleWorkers, now, (long)ForgetWorkerAfter.TotalMilliseconds, WorkersForgottenAtOnce);

        var results = await Move(
            QueueScripts.Reclaim, now, worker, Math.Min(count, JobsAtOnce), (long)lease.TotalMilliseconds, options.Value.MaxReclaims, options.Value.DeadLetterLimit);
        foreach (var jobId in (string[])results[1]!) LogWorkersDied(jobId, options.Value.MaxReclaims);
        NotePurged(results[2]);
        return Claimed(results[0]);
    }

    public async Task<bool> Complete(string worker, ClaimedJob job, DateTimeOffset now) =>
        (bool)await MoveHeld(QueueScripts.Complete, worker, job, now, options.Value.HistoryLimit);

    public async Task<bool> Retry(string worker, ClaimedJob job, DateTimeOffset dueAt, string reason, DateTimeOffset now) =>
        (bool)await MoveHeld(QueueScripts.Retry, worker, job, now, dueAt.ToUnixTimeMilliseconds(), Kept(reason));

    public async Task<bool> DeadLetter(string worker, ClaimedJob job, string reason, DateTimeOffset now)
    {
        var purged = await MoveHeld(QueueScripts.DeadLetter, worker, job, now, Kept(reason), options.Value.DeadLetterLimit);
        if (purged.IsNull) return false;

        NotePurged(purged);
        return true;
    }

    public async Task<bool> Release(string worker, ClaimedJob job, DateTimeOffset now) => (bool)await MoveHeld(QueueScripts.Release, worker, job, now);

    private static string Kept(string reason) => TextTruncation.Truncate(reason, INotificationJobs.MaxReasonLength);

    private static List<ClaimedJob> Claimed(RedisResult entries)
    {
        var claimed = new List<ClaimedJob>(entries.Length);
        foreach (var entry in (RedisResult[])entries!)
        {
            var deliveries = entry.Length > 2 ? (long)entry[2] : 1;   // only a job that is taken over was delivered before
            var queued = QueuedJob.Read(entry[1]);
            claimed.Add(new(queued.Job, queued.Attempts + 1, string.Create(CultureInfo.InvariantCulture, $"{(string)entry[0]!} {deliveries}")));
        }

        return claimed;
    }

    /// <summary>Runs a script that moves the job where the worker still has it. Its lease is the entry and the count of deliveries.</summary>
    private async Task<RedisResult> MoveHeld(string script, string worker, ClaimedJob job, DateTimeOffset now, params RedisValue[] arguments)
    {
        var lease = job.Lease.Split(' ');
        return await Move(script, now, [worker, lease[0], lease[1], .. arguments]);
    }

    /// <summary>They are gone, and nobody has looked at them.</summary>
    private void NotePurged(RedisResult purged)
    {
        if (purged.Length > 0) LogPurged(string.Join(", ", (string[])purged!), options.Value.DeadLetterLimit);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Dead letters {JobIds} were purged: there are more than {DeadLetterLimit}")]
    private partial void LogPurged(string jobIds, int deadLetterLimit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} is a dead letter: its worker died {Deaths} times")]
    private partial void LogWorkersDied(string jobId, int deaths);
}
