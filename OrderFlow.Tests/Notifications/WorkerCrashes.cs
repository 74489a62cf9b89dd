using OrderFlow.Notifications;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Redis;
using OrderFlow.Tests.Smtp;
using StackExchange.Redis;

namespace OrderFlow.Tests.Notifications;

/// <summary>
/// Four worker processes send mails; five times two of them are killed with all slots busy, and two new ones are started.
/// Workers that are slow instead of dead: <see cref="Redis.JobLeases"/>.
/// </summary>
public sealed class WorkerCrashes : IAsyncLifetime
{
    private const string Queue = "killed-workers";
    private const string Group = "workers";   // Scripts/shared.lua
    private const int Jobs = 1_000;
    private const int Rounds = 5;
    private const int Concurrency = 8;

    /// <summary>How many are started or killed together: most of the time of this test is the start of programs.</summary>
    private const int Pair = 2;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);

    /// <summary>How long after the end of its lease another worker may take to send a job of a killed one.</summary>
    private static readonly TimeSpan ReclaimTimeout = TimeSpan.FromSeconds(5);

    private readonly RedisServer _redis = new();
    private readonly List<WorkerProcess> _workers = [];

    /// <summary>The names of the workers in the queue: pair by pair in the order of their start.</summary>
    private readonly List<string> _names = [];

    private MailServer _mails = null!;
    private TestQueue _given = null!;
    private int _queued;

    /// <summary>Keeps arrived mails from being accepted until it is open.</summary>
    private Gate _gate = new();

    public async Task InitializeAsync()
    {
        _mails = await MailServer.Start();
        _mails.BeforeAccepting = () => _gate.Pass();
        _given = await TestQueue.Create(options => options.Queue = Queue, _redis);
    }

    public async Task DisposeAsync()
    {
        _gate.Open();
        foreach (var worker in _workers) worker.Dispose();
        await _given.DisposeAsync();
        await _mails.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Lose_no_job_and_repeat_only_jobs_in_progress()
    {
        var killed = new Dictionary<string, List<DateTimeOffset>>();   // job id -> when its workers were killed
        await StartPair();
        await FillAllSlots(Pair * Concurrency);   // so that the names of the first pair are known
        _gate.Open();
        await StartPair();
        for (var round = 0; round < Rounds; round++)
        {
            await FillAllSlots(Jobs / Rounds * (round + 1));
            var (inProgress, at) = await KillPair(round);
            Assert.Equal(Pair * Concurrency, inProgress.Count);
            foreach (var job in inProgress)
            {
                killed.TryAdd(job, []);
                killed[job].Add(at);
            }

            _gate.Open();
            if (round < Rounds - 1) await StartPair();
        }

        var sent = await AllSent();
        Assert.All(killed, job => Assert.InRange(sent[job.Key].UpdatedAt - job.Value[^1], TimeSpan.Zero, Lease + ReclaimTimeout));
        Assert.Equal(
            sent.Keys.Select(job => (job, 1 + killed.GetValueOrDefault(job, []).Count)).Order(),
            _mails.Mails.CountBy(mail => mail.MessageId!.Split('@')[0]).Select(mails => (mails.Key, mails.Value)).Order());
    }

    private async Task StartPair()
    {
        var redis = await _redis.ConnectionString();
        for (var n = 0; n < Pair; n++)
        {
            _workers.Add(WorkerProcess.Start(
                redis, Queue, _mails,
                ("Notifications__Worker__Concurrency", $"{Concurrency}"),
                ("Smtp__MaxConnections", $"{Concurrency}"),
                ("Notifications__Worker__Lease", $"{Lease:c}"),
                ("Notifications__Worker__SendTimeout", $"{Lease - TimeSpan.FromSeconds(0.5):c}")));
        }

        await Task.WhenAll(_workers.TakeLast(Pair).Select(worker => worker.WaitUntilHealthy()));
    }

    /// <summary>Enqueues jobs up to this one, and waits until all slots of the running workers are busy: their mails have arrived and are not accepted.</summary>
    private async Task FillAllSlots(int lastJob)
    {
        _gate = new();
        await Task.WhenAll(Enumerable.Range(_queued + 1, lastJob - _queued).Select(order => _given.Queue.Enqueue(TestQueue.Job(order))));
        _queued = lastJob;

        var slots = _workers.Count(worker => worker.IsRunning) * Concurrency;
        await Eventually.Get($"{slots} mails to arrive", () => Task.FromResult(_gate.Arrived), arrived => arrived >= slots);
        var workers = await (await _given.Database()).StreamConsumerInfoAsync(_given.Keys.Jobs, Group);
        _names.AddRange(workers.Select(worker => worker.Name).Except(_names));
        Assert.Equal(_workers.Count, _names.Count);
    }

    /// <summary>Kills the pair that was started first of those that run. Returns the jobs that they held.</summary>
    private async Task<(IReadOnlyList<string> InProgress, DateTimeOffset At)> KillPair(int pair)
    {
        await Task.WhenAll(_workers.Skip(pair * Pair).Take(Pair).Select(worker => worker.Kill()));
        var at = TimeProvider.System.GetUtcNow();
        var inProgress = await Task.WhenAll(_names.Skip(pair * Pair).Take(Pair).Select(JobsOf));
        return ([.. inProgress.SelectMany(jobs => jobs)], at);
    }

    /// <summary>The ids of the jobs that the worker holds.</summary>
    private async Task<IReadOnlyList<string>> JobsOf(string worker)
    {
        var database = await _given.Database();
        var claimed = await database.StreamPendingMessagesAsync(_given.Keys.Jobs, Group, count: 2 * Concurrency, worker);
        var entries = await Task.WhenAll(claimed.Select(claim => database.StreamRangeAsync(_given.Keys.Jobs, claim.MessageId, claim.MessageId)));
        return [.. entries.Select(entry => (string)Assert.Single(entry)["id"]!)];
    }

    /// <summary>All jobs by id, once all are sent and nothing else is in the queue.</summary>
    private async Task<IReadOnlyDictionary<string, Notification>> AllSent()
    {
        await Eventually.Get("all jobs to be sent", _given.Queue.GetStats, stats => stats.Processed == Jobs);
        Assert.Equal(new NotificationStats(Waiting: 0, Active: 0, Delayed: 0, Processed: Jobs, Failed: 0, DeadLettered: 0, DeadLetters: 0, Paused: false), await _given.Queue.GetStats());

        var orders = await Task.WhenAll(Enumerable.Range(1, Jobs).Select(order => _given.Queue.ListByOrder(order)));
        Assert.All(orders, order => Assert.Equal(NotificationState.Sent, Assert.Single(order).State));
        return orders.Select(order => order[0]).ToDictionary(job => job.JobId);
    }

    private sealed class Gate
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public int Arrived => Volatile.Read(ref _arrived);

        public void Open() => _opened.TrySetResult();

        public Task Pass()
        {
            Interlocked.Increment(ref _arrived);
            return _opened.Task;
        }
    }
}
