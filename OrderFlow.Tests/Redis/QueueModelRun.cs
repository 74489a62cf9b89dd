using CsCheck;
using OrderFlow.Notifications;

namespace OrderFlow.Tests.Redis;

internal enum QueueMove
{
    Enqueue,
    Claim,
    Reclaim,
    Complete,
    Retry,
    DeadLetter,
    Release,
    Replay,
    Purge,
    Pause,
    Wait,
}

internal readonly record struct QueueStep(QueueMove Move, int Order, int Worker, int Choice);

/// <summary>Random calls for a few jobs and workers; after each, the queue in Redis is compared with <see cref="QueueModel"/>.</summary>
internal sealed class QueueModelRun(TestQueue given, Action<string>? log)
{
    private const int Orders = 5;
    private const int Versions = 2;
    private const int Workers = 3;
    private const int DeadLetterLimit = 3;
    private const int MaxReclaims = 3;

    private readonly QueueModel _expected = new(DeadLetterLimit, MaxReclaims) { Now = given.Now };
    private readonly List<(ClaimedJob Claim, ExpectedClaim Expected, string Worker)> _claims = [];

    public static Gen<QueueStep> Steps { get; } =
        Gen.Select(
            Gen.Frequency(
                (20, QueueMove.Enqueue), (20, QueueMove.Claim), (8, QueueMove.Reclaim), (8, QueueMove.Complete), (12, QueueMove.Retry), (10, QueueMove.DeadLetter),
                (6, QueueMove.Release), (5, QueueMove.Replay), (3, QueueMove.Purge), (1, QueueMove.Pause), (8, QueueMove.Wait)),
            Gen.Int[1, Orders],
            Gen.Int[1, Workers],
            Gen.Int[0, 99],
            (move, order, worker, choice) => new QueueStep(move, order, worker, choice));

    public static void Replay(IReadOnlyList<QueueStep> steps, Action<string>? log) => Task.Run(async () =>
    {
        await using var given = await TestQueue.Create(options => (options.DeadLetterLimit, options.MaxReclaims) = (DeadLetterLimit, MaxReclaims));
        var run = new QueueModelRun(given, log);
        foreach (var step in steps) await run.Take(step);
        await run.CheckAll();
    }).GetAwaiter().GetResult();

    private async Task Take(QueueStep step)
    {
        log?.Invoke($"{step}");
        var (worker, count, jobId) = ($"worker-{step.Worker}", 1 + (step.Choice % 3), JobOf(step).JobId);
        switch (step.Move)
        {
            case QueueMove.Enqueue:
                Assert.Equal(_expected.Enqueue(JobOf(step)), await given.Queue.Enqueue(JobOf(step)));
                break;
            case QueueMove.Claim:
                AssertClaimed(worker, _expected.Claim(worker, count), await given.Queue.Claim(worker, count, given.Now));
                break;
            case QueueMove.Reclaim:
                AssertClaimed(worker, _expected.Reclaim(worker, count), await given.Queue.Reclaim(worker, count, TimeSpan.Zero, given.Now));
                break;
            case QueueMove.Replay:
                Assert.Equal(_expected.Replay(jobId), (await given.Queue.Replay(jobId)).Outcome);
                break;
            case QueueMove.Purge:
                Assert.Equal(_expected.Purge(jobId), await given.Queue.Purge(jobId));
                break;
            case QueueMove.Pause:
                await given.Queue.SetPaused(_expected.Paused = !_expected.Paused);
                break;
            case QueueMove.Wait:
                given.Time.Advance(TimeSpan.FromMilliseconds(step.Choice * 10));
                _expected.Now = given.Now;
                break;
            default:
                if (_claims.Count > 0) await MoveClaimed(step, worker);
                break;
        }

        Assert.Equal(_expected.Stats, await given.Queue.GetStats());
    }

    /// <summary>Mostly the worker uses a claim of its own, often the latest, whose lease may be lost; sometimes it uses that of another worker.</summary>
    private async Task MoveClaimed(QueueStep step, string anyWorker)
    {
        var (claim, expected, holder) = _claims[Math.Max(0, _claims.Count - 1 - (step.Choice % 10))];
        var worker = step.Choice % 5 == 0 ? anyWorker : holder;
        var dueAt = given.Now.AddMilliseconds(step.Choice * 5);
        var (expectedAnswer, answer) = step.Move switch
        {
            QueueMove.Complete => (QueueModel.Move(worker, expected, _expected.Complete), await given.Queue.Complete(worker, claim, given.Now)),
            QueueMove.Retry => (QueueModel.Move(worker, expected, entry => _expected.Retry(entry, dueAt)), await given.Queue.Retry(worker, claim, dueAt, "busy", given.Now)),
            QueueMove.DeadLetter => (QueueModel.Move(worker, expected, entry => _expected.DeadLetter(entry, "gone")), await given.Queue.DeadLetter(worker, claim, "gone", given.Now)),
            _ => (QueueModel.Move(worker, expected, _expected.Append), await given.Queue.Release(worker, claim, given.Now)),
        };
        Assert.Equal(expectedAnswer, answer);
    }

    private void AssertClaimed(string worker, List<ExpectedClaim> expected, IReadOnlyList<ClaimedJob> claimed)
    {
        Assert.Equal(expected.Select(claim => (claim.Entry.Job, claim.Entry.Attempts + 1)), claimed.Select(claim => (claim.Job, claim.Attempt)));
        _claims.AddRange(claimed.Zip(expected, (claim, right) => (claim, right, worker)));
    }

    /// <summary>Compares everything that can be listed, and checks that Redis holds nothing else.</summary>
    private async Task CheckAll()
    {
        for (var order = 1; order <= Orders; order++)
            Assert.Equal(_expected.ListByOrder(order).Select(WithoutActiveTime), (await given.Queue.ListByOrder(order)).Select(WithoutActiveTime));
        Assert.Equal(_expected.DeadLetters, (await given.Queue.ListDeadLetters(1, 100)).Items);

        var (database, keys, stats) = (await given.Database(), given.Keys, _expected.Stats);
        Assert.Equal(stats.Waiting + stats.Active, await database.StreamLengthAsync(keys.Jobs));
        Assert.Equal(stats.Delayed, await database.HashLengthAsync(keys.DelayedJobs));
        Assert.Equal(stats.DeadLetters, await database.HashLengthAsync(keys.DeadIndex));
        Assert.Equal(_expected.Unsettled, (long)await database.HashGetAsync(keys.Known.Append("0"), "open"));
        Assert.Equal(_expected.Unsettled == 0, await database.KeyTimeToLiveAsync(keys.Known.Append("0")) is not null || !await database.KeyExistsAsync(keys.Known.Append("0")));
    }

    /// <summary>The time of an active job is by Redis' own clock.</summary>
    private static Notification WithoutActiveTime(Notification job) => job.State == NotificationState.Active ? job with { UpdatedAt = default } : job;

    private static NotificationJob JobOf(QueueStep step) => TestQueue.Job(step.Order, version: 1 + (step.Choice % Versions));
}
