using CsCheck;
using OrderFlow.Notifications;

namespace OrderFlow.Tests.Redis;

internal enum QueueDeed
{
    Enqueue,
    Claim,
    TakeOver,
    Finish,
    Delay,
    GiveUp,
    HandBack,
    Replay,
    Purge,
    Pause,
    Wait,
}

internal readonly record struct QueueMove(QueueDeed Deed, int Order, int Worker, int Choice);

/// <summary>A few jobs and workers under random calls; what Redis holds is compared with <see cref="QueueModel"/> after each.</summary>
internal sealed class QueueModelRun(TestQueue given, Action<string>? tell)
{
    private const int Orders = 5;
    private const int Versions = 2;
    private const int Workers = 3;
    private const int DeadLetterLimit = 3;
    private const int TakeOverLimit = 3;

    private readonly QueueModel _expected = new(DeadLetterLimit, TakeOverLimit) { Now = given.Now };
    private readonly List<(ClaimedJob Claim, ExpectedClaim Expected, string Worker)> _claims = [];

    public static Gen<QueueMove> Steps { get; } =
        Gen.Select(
            Gen.Frequency(
                (20, QueueDeed.Enqueue), (20, QueueDeed.Claim), (8, QueueDeed.TakeOver), (8, QueueDeed.Finish), (12, QueueDeed.Delay), (10, QueueDeed.GiveUp),
                (6, QueueDeed.HandBack), (5, QueueDeed.Replay), (3, QueueDeed.Purge), (1, QueueDeed.Pause), (8, QueueDeed.Wait)),
            Gen.Int[1, Orders],
            Gen.Int[1, Workers],
            Gen.Int[0, 99],
            (deed, order, worker, choice) => new QueueMove(deed, order, worker, choice));

    public static void Replay(IReadOnlyList<QueueMove> moves, Action<string>? tell) => Task.Run(async () =>
    {
        await using var given = await TestQueue.Create(options => (options.DeadLetterLimit, options.MaxReclaims) = (DeadLetterLimit, TakeOverLimit));
        var history = new QueueModelRun(given, tell);
        foreach (var move in moves) await history.Take(move);
        await history.CheckAll();
    }).GetAwaiter().GetResult();

    private async Task Take(QueueMove move)
    {
        tell?.Invoke($"{move}");
        var (worker, count, jobId) = ($"worker-{move.Worker}", 1 + (move.Choice % 3), JobOf(move).JobId);
        switch (move.Deed)
        {
            case QueueDeed.Enqueue:
                Assert.Equal(_expected.Enqueue(JobOf(move)), await given.Queue.Enqueue(JobOf(move)));
                break;
            case QueueDeed.Claim:
                Taken(worker, _expected.Claim(worker, count), await given.Queue.Claim(worker, count, given.Now));
                break;
            case QueueDeed.TakeOver:
                Taken(worker, _expected.TakeOver(worker, count), await given.Queue.Reclaim(worker, count, TimeSpan.Zero, given.Now));
                break;
            case QueueDeed.Replay:
                Assert.Equal(_expected.Replay(jobId), await given.Queue.Replay(jobId));
                break;
            case QueueDeed.Purge:
                Assert.Equal(_expected.Purge(jobId), await given.Queue.Purge(jobId));
                break;
            case QueueDeed.Pause:
                await given.Queue.SetPaused(_expected.Paused = !_expected.Paused);
                break;
            case QueueDeed.Wait:
                given.Time.Advance(TimeSpan.FromMilliseconds(move.Choice * 10));
                _expected.Now = given.Now;
                break;
            default:
                if (_claims.Count > 0) await MoveClaimed(move, worker);
                break;
        }

        Assert.Equal(_expected.Stats, await given.Queue.GetStats());
    }

    /// <summary>Most often the worker uses a claim of its own, often its latest; the claim may be lost or used up. Now and then it uses another's.</summary>
    private async Task MoveClaimed(QueueMove move, string anyWorker)
    {
        var (claim, expected, holder) = _claims[Math.Max(0, _claims.Count - 1 - (move.Choice % 10))];
        var worker = move.Choice % 5 == 0 ? anyWorker : holder;
        var dueAt = given.Now.AddMilliseconds(move.Choice * 5);
        var (right, answer) = move.Deed switch
        {
            QueueDeed.Finish => (QueueModel.Move(worker, expected, _expected.Finish), await given.Queue.Complete(worker, claim, given.Now)),
            QueueDeed.Delay => (QueueModel.Move(worker, expected, entry => _expected.Delay(entry, dueAt)), await given.Queue.Retry(worker, claim, dueAt, "busy", given.Now)),
            QueueDeed.GiveUp => (QueueModel.Move(worker, expected, entry => _expected.Bury(entry, "gone")), await given.Queue.DeadLetter(worker, claim, "gone", given.Now)),
            _ => (QueueModel.Move(worker, expected, _expected.Wait), await given.Queue.Release(worker, claim, given.Now)),
        };
        Assert.Equal(right, answer);
    }

    private void Taken(string worker, List<ExpectedClaim> expected, IReadOnlyList<ClaimedJob> claimed)
    {
        Assert.Equal(expected.Select(claim => (claim.Entry.Job, claim.Entry.Attempts + 1)), claimed.Select(claim => (claim.Job, claim.Attempt)));
        _claims.AddRange(claimed.Zip(expected, (claim, right) => (claim, right, worker)));
    }

    /// <summary>All that is told, and that nothing else is kept.</summary>
    private async Task CheckAll()
    {
        for (var order = 1; order <= Orders; order++)
            Assert.Equal(_expected.OfOrder(order).Select(Timeless), (await given.Queue.ListByOrder(order)).Select(Timeless));
        Assert.Equal(_expected.DeadLetters, (await given.Queue.ListDeadLetters(1, 100)).Items);

        var (database, keys, stats) = (await given.Database(), given.Keys, _expected.Stats);
        Assert.Equal(stats.Waiting + stats.Active, await database.StreamLengthAsync(keys.Jobs));
        Assert.Equal(stats.Delayed, await database.HashLengthAsync(keys.DelayedJobs));
        Assert.Equal(stats.DeadLetters, await database.HashLengthAsync(keys.DeadIndex));
        Assert.Equal(_expected.Unfinished, (long)await database.HashGetAsync(keys.Known.Append("0"), "open"));
        Assert.Equal(_expected.Unfinished == 0, await database.KeyTimeToLiveAsync(keys.Known.Append("0")) is not null || !await database.KeyExistsAsync(keys.Known.Append("0")));
    }

    /// <summary>Since when a job is active, Redis' own clock says.</summary>
    private static Notification Timeless(Notification job) => job.State == NotificationState.Active ? job with { UpdatedAt = default } : job;

    private static NotificationJob JobOf(QueueMove move) => TestQueue.Job(move.Order, version: 1 + (move.Choice % Versions));
}
