using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Telemetry;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>
/// The queue in Redis; <c>NotificationQueue.Jobs.cs</c> has the part for workers. Every move is one script, so a job is always in exactly one place.
/// Methods throw the driver's exceptions where Redis does not answer; then the outcome is unknown, and the call may be repeated.
/// </summary>
internal sealed partial class NotificationQueue(
    RedisConnection connection, IOptions<RedisOptions> options, TimeProvider time, ILogger<NotificationQueue> log) : INotificationQueue, INotificationJobs
{
    /// <summary>The most jobs that are listed for an order; the newest.</summary>
    private const int MaxJobsPerOrder = 1_000;

    /// <summary>The most dead letters that paging by number skips: Redis serves no other client meanwhile. Paging by <c>after</c> has no bound.</summary>
    private const int MaxDeadLettersSkipped = 10_000;

    /// <summary>The most dead letters that one script compares with a filter.</summary>
    private const int MaxDeadLettersMatched = 500;

    /// <summary>How long a replay with an <c>Idempotency-Key</c> is remembered, as other keys are by default.</summary>
    private static readonly TimeSpan ReplayRetention = TimeSpan.FromHours(24);

    /// <summary>How long new jobs of a customer get no contact after those of others were removed; far longer than an event is handled between reading one and enqueueing.</summary>
    public static readonly TimeSpan ContactRemovalTime = TimeSpan.FromMinutes(1);

    /// <summary>About how many contacts one step of a removal searches: Redis serves no other client meanwhile.</summary>
    private const int ContactsSearched = 1_000;

    private readonly QueueKeys _keys = new(options.Value.Queue);

    public async Task<bool> Enqueue(NotificationJob job)
    {
        QueueEntry.ValidateJobId(job);
        using var span = Traces.Source.StartActivity("send notifications", ActivityKind.Producer);
        span.Describe("redis", "send", "notifications", job.JobId);
        RedisValue[] trace = job.Trace is { } from ? from.TraceState is { } state ? [from.TraceParent, state] : [from.TraceParent] : [];
        RedisValue[] content = [job.JobId, job.OrderId, job.UserId, job.EventType, job.Message, job.Email ?? "", job.Locale ?? "", DetailsJson.Serialize(job.Details)];
        return (bool)await Run(QueueScripts.Enqueue, time.GetUtcNow(), [.. content, .. trace]);
    }

    public async Task<IReadOnlyList<Notification>> ListByOrder(long orderId)
    {
        var jobs = (RedisResult[])(await Run(QueueScripts.ListByOrder, time.GetUtcNow(), orderId, MaxJobsPerOrder))!;
        return [.. jobs.Select(job => new Notification(
            JobId: (string)job[0]!,
            EventType: (string)job[4]!,
            Message: (string?)job[5],
            State: Enum.Parse<NotificationState>((string)job[1]!, ignoreCase: true),
            Attempts: (int)job[2],
            UpdatedAt: DateTimeOffset.FromUnixTimeMilliseconds((long)job[3])))];
    }

    public async Task<NotificationStats> GetStats()
    {
        var counts = await Run(QueueScripts.Stats, time.GetUtcNow());
        return new(
            Waiting: (long)counts[0], Active: (long)counts[1], Delayed: (long)counts[2],
            Processed: (long)counts[3], Failed: (long)counts[4], DeadLettered: (long)counts[5],
            DeadLetters: (long)counts[6], Paused: (bool)counts[7], Purged: (long)counts[8], Trimmed: (long)counts[9]);
    }

    public async Task<Page<DeadLetter>> ListDeadLetters(int page, int limit, string? after = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(page, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, Limits.PageSize);

        var skip = after is null ? (page - 1L) * limit : 0;
        var count = skip < MaxDeadLettersSkipped ? limit : 0;
        var listed = await Run(QueueScripts.ListDeadLetters, time.GetUtcNow(), Math.Min(skip, MaxDeadLettersSkipped), count, after ?? "");
        var letters = (RedisResult[])listed[1]!;
        return new(
            [.. letters.Select(QueueEntry.ReadDeadLetter)], (long)listed[0], page, limit,
            Next: letters.Length == limit ? (string?)letters[^1][0] : null);
    }

    public async Task<ReplayResult> Replay(string jobId, string operation = "", Guid requestId = default)
    {
        if (!QueueEntry.IsJobId(jobId)) return new(Outcome.NotFound);   // typed by operators: no job has such an id

        var result = (int)await Run(QueueScripts.Replay, time.GetUtcNow(), jobId, operation, (long)ReplayRetention.TotalMilliseconds, requestId.ToString("N"));
        return new(result == 0 ? Outcome.NotFound : Outcome.Ok, WasRepeated: result == 2);
    }

    public async Task<Outcome> Purge(string jobId)
    {
        if (!QueueEntry.IsJobId(jobId)) return Outcome.NotFound;
        return (bool)await Run(QueueScripts.Purge, time.GetUtcNow(), jobId) ? Outcome.Ok : Outcome.NotFound;
    }

    public async Task<string?> GetDeadLetterRange()
    {
        var database = await connection.GetDatabase();
        return await database.StreamRangeAsync(_keys.Dead, count: 1, messageOrder: Order.Descending) is [var newest] ? $"0-0 {newest.Id}" : null;
    }

    public Task<DeadLetterBatch> ReplayMatching(DeadLetterFilter filter, string range) => MoveMatching(QueueScripts.ReplayMatching, filter, range);

    public Task<DeadLetterBatch> PurgeMatching(DeadLetterFilter filter, string range) => MoveMatching(QueueScripts.PurgeMatching, filter, range);

    public async Task RemoveContacts(long orderId, long lastVersion)
    {
        var versions = Math.Min(lastVersion, MaxJobsPerOrder);
        var database = await connection.GetDatabase();
        await database.HashDeleteAsync(
            _keys.Contacts, [.. Enumerable.Range(0, (int)versions).Select(back => (RedisValue)string.Create(CultureInfo.InvariantCulture, $"{orderId}-{lastVersion - back}"))]);
    }

    public async Task<(int Removed, string? Cursor)> RemoveContacts(string userId, string? cursor = null)
    {
        const string End = "0";
        var result = await Run(
            QueueScripts.RemoveContacts, time.GetUtcNow(), userId, cursor ?? End, ContactsSearched, (long)ContactRemovalTime.TotalMilliseconds);
        return ((int)result[0], (string)result[1]! is var next && next == End ? null : next);
    }

    public async Task SetPaused(bool paused)
    {
        var database = await connection.GetDatabase();
        await (paused ? database.StringSetAsync(_keys.Paused, 1) : database.KeyDeleteAsync(_keys.Paused));
    }

    /// <summary>Writes as <see cref="Enqueue"/> does, and removes what it wrote. Throws what <see cref="Enqueue"/> would throw.</summary>
    public Task Probe() => Run(QueueScripts.Probe, time.GetUtcNow());

    /// <summary>Reads the durability settings of the server that holds the queue.</summary>
    public Task<RedisDurability> GetDurability() => connection.GetDurability(_keys.Jobs);

    private async Task<DeadLetterBatch> MoveMatching(string script, DeadLetterFilter filter, string range)
    {
        var (after, last) = (range.Split(' ')[0], range.Split(' ')[1]);
        RedisValue before = filter.Before is { } limit ? limit.ToUnixTimeMilliseconds() : "";
        var moved = await Run(script, time.GetUtcNow(), after, last, MaxDeadLettersMatched, filter.Reason ?? "", filter.EventType ?? "", before);
        return new((int)moved[0], (string?)moved[1] is { } next ? $"{next} {last}" : null);
    }

    private async Task<RedisResult> Run(string script, DateTimeOffset now, params RedisValue[] arguments)
    {
        var database = await connection.GetDatabase();
        return await database.ScriptEvaluateAsync(
            script, _keys.All, [now.ToUnixTimeMilliseconds(), (long)options.Value.CompletedRetention.TotalMilliseconds, .. arguments]);
    }
}
