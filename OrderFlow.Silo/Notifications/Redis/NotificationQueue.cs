using System.Diagnostics;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Telemetry;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>
/// The queue in Redis, for those who fill it and look after it; <c>NotificationQueue.Jobs.cs</c> has what workers do. Every move is one script, so that a job is
/// always in exactly one place. Every method throws what the driver throws where Redis cannot answer; then whether it took effect is unknown, and to call again is safe.
/// </summary>
internal sealed partial class NotificationQueue(
    RedisConnection connection, IOptions<RedisOptions> options, TimeProvider time, ILogger<NotificationQueue> log) : INotificationQueue, INotificationJobs
{
    /// <summary>The most jobs of an order that are told of; the newest.</summary>
    private const int JobsOfOrderLimit = 1_000;

    /// <summary>How far down the dead letters can be paged through by number: Redis answers nobody else while it counts them off. By place there is no bound.</summary>
    private const int DeepestDeadLetter = 10_000;

    private readonly QueueKeys _keys = new(options.Value.Queue);

    public async Task<bool> Enqueue(NotificationJob job)
    {
        QueuedJob.RequireId(job);
        using var span = Traces.Source.StartActivity("send notifications", ActivityKind.Producer);
        span.Describe("redis", "send", "notifications", job.JobId);
        RedisValue[] trace = job.Trace is { } from ? from.TraceState is { } state ? [from.TraceParent, state] : [from.TraceParent] : [];
        return (bool)await Move(QueueScripts.Enqueue, time.GetUtcNow(), [job.JobId, job.OrderId, job.UserId, job.EventType, job.Message, .. trace]);
    }

    public async Task<IReadOnlyList<Notification>> ListByOrder(long orderId)
    {
        var jobs = (RedisResult[])(await Move(QueueScripts.ListByOrder, time.GetUtcNow(), orderId, JobsOfOrderLimit))!;
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
        var counts = await Run(QueueScripts.Stats);
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
        var shown = skip < DeepestDeadLetter ? limit : 0;
        var listed = await Move(QueueScripts.ListDeadLetters, time.GetUtcNow(), Math.Min(skip, DeepestDeadLetter), shown, after ?? "");
        var letters = (RedisResult[])listed[1]!;
        return new(
            [.. letters.Select(entry => QueuedJob.Read(entry[1]).ToDeadLetter())], (long)listed[0], page, limit,
            Next: letters.Length == limit ? (string?)letters[^1][0] : null);
    }

    public async Task<Outcome> Replay(string jobId) => await Decide(QueueScripts.Replay, jobId);

    public async Task<Outcome> Purge(string jobId) => await Decide(QueueScripts.Purge, jobId);

    public async Task SetPaused(bool paused)
    {
        var database = await connection.GetDatabase();
        if (paused) await database.StringSetAsync(_keys.Paused, 1);
        else await database.KeyDeleteAsync(_keys.Paused);
    }

    /// <summary>Does what queueing a job does, and leaves nothing behind. Throws what that would throw.</summary>
    public Task Probe() => Move(QueueScripts.Probe, time.GetUtcNow());

    /// <summary>How the server keeps what this queue holds.</summary>
    public Task<RedisDurability> GetDurability() => connection.GetDurability(_keys.Jobs);

    private async Task<Outcome> Decide(string script, string jobId)
    {
        if (!QueuedJob.IsId(jobId)) return Outcome.NotFound;   // operators type it: no job has such an id
        return (bool)await Move(script, time.GetUtcNow(), jobId) ? Outcome.Ok : Outcome.NotFound;
    }

    /// <summary>Runs a script that knows what time it is and how long ids are remembered.</summary>
    private Task<RedisResult> Move(string script, DateTimeOffset now, params ReadOnlySpan<RedisValue> arguments) =>
        Run(script, [now.ToUnixTimeMilliseconds(), (long)options.Value.CompletedRetention.TotalMilliseconds, .. arguments]);

    private async Task<RedisResult> Run(string script, params RedisValue[] arguments)
    {
        var database = await connection.GetDatabase();
        return await database.ScriptEvaluateAsync(script, _keys.All, arguments);
    }
}
