using OrderFlow.Notifications;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Redis;
using OrderFlow.Tests.Smtp;
using StackExchange.Redis;

namespace OrderFlow.Tests.Notifications;

/// <summary>
/// Two workers, each a process of its own, send mails; ten times one of them is killed with its hands full, and a new one takes its place.
/// That a worker which is slow, not dead, cannot finish a job that it has lost: <see cref="Redis.Losing_a_lease"/>.
/// </summary>
public sealed class Killing_the_worker : IAsyncLifetime
{
    private const string Queue = "killed-workers";
    private const string Group = "workers";   // Scripts/shared.lua
    private const int Kills = 10;
    private const int JobsEach = 100;
    private const int Concurrency = 8;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);

    /// <summary>How long after the end of its lease a job of a killed worker may take until another has sent it.</summary>
    private static readonly TimeSpan TakenOverWithin = TimeSpan.FromSeconds(5);

    private readonly RedisServer _redis = new();
    private readonly List<WorkerProcess> _workers = [];

    /// <summary>What the queue knows each of them by.</summary>
    private readonly List<string> _names = [];

    private MailServer _mails = null!;
    private GivenQueue _given = null!;

    /// <summary>Mails arrive, and are not accepted before it is open.</summary>
    private Gate _gate = new();

    public async Task InitializeAsync()
    {
        _mails = await MailServer.Start();
        _mails.BeforeAccepting = () => _gate.Pass();
        _given = await GivenQueue.Create(options => options.Queue = Queue, _redis);
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
    public async Task Loses_no_job_and_repeats_only_those_it_had_in_hand()
    {
        var killed = new Dictionary<string, List<DateTimeOffset>>();   // when workers of this job were
        await StartWorkers();
        for (var kill = 0; kill < Kills; kill++)
        {
            _gate = new();
            await Enqueue(Jobs(kill * JobsEach, JobsEach));
            await Eventually.Get("both workers to have their hands full", () => Task.FromResult(_gate.Arrived), arrived => arrived >= 2 * Concurrency);
            await LearnNames();

            await _workers[kill].Kill();
            var at = TimeProvider.System.GetUtcNow();
            var inHand = await JobsOf(_names[kill]);
            Assert.Equal(Concurrency, inHand.Count);
            foreach (var job in inHand)
            {
                killed.TryAdd(job, []);
                killed[job].Add(at);
            }

            _gate.Open();
            await StartWorker();
        }

        var sent = await AllSent();
        Assert.All(killed, job => Assert.InRange(sent[job.Key].UpdatedAt - job.Value[^1], TimeSpan.Zero, Lease + TakenOverWithin));
        Assert.Equal(
            sent.Keys.Select(job => (job, 1 + killed.GetValueOrDefault(job, []).Count)).Order(),
            _mails.Mails.CountBy(mail => mail.MessageId!.Split('@')[0]).Select(mails => (mails.Key, mails.Value)).Order());
    }

    private static IEnumerable<NotificationJob> Jobs(int after, int count) => Enumerable.Range(after + 1, count).Select(order => GivenQueue.Job(order));

    private Task Enqueue(IEnumerable<NotificationJob> jobs) => Task.WhenAll(jobs.Select(_given.Queue.Enqueue));

    /// <summary>The second one starts when the first has had a job: the queue learns of them in the order in which they are started.</summary>
    private async Task StartWorkers()
    {
        await StartWorker();
        _gate.Open();
        await Enqueue(Jobs(0, 1));
        await Eventually.Get("the first worker to send its first job", _given.Queue.GetStats, stats => stats.Processed == 1);
        await LearnNames();
        await StartWorker();
    }

    private async Task StartWorker() => _workers.Add(await WorkerProcess.Start(
        await _redis.ConnectionString(), Queue, _mails,
        ("Notifications__Worker__Concurrency", $"{Concurrency}"),
        ("Smtp__Connections", $"{Concurrency}"),
        ("Notifications__Worker__Lease", $"{Lease:c}"),
        ("Notifications__Worker__SendTimeout", $"{Lease - TimeSpan.FromSeconds(0.5):c}")));

    /// <summary>Every worker that was started has had jobs by now.</summary>
    private async Task LearnNames()
    {
        var known = await (await _given.Database()).StreamConsumerInfoAsync(_given.Keys.Jobs, Group);
        _names.AddRange(known.Select(worker => worker.Name).Except(_names));
        Assert.Equal(_workers.Count, _names.Count);
    }

    /// <summary>Ids of the jobs that this worker has claimed and not finished.</summary>
    private async Task<IReadOnlyList<string>> JobsOf(string worker)
    {
        var database = await _given.Database();
        var claimed = await database.StreamPendingMessagesAsync(_given.Keys.Jobs, Group, count: 2 * Concurrency, worker);
        var entries = await Task.WhenAll(claimed.Select(claim => database.StreamRangeAsync(_given.Keys.Jobs, claim.MessageId, claim.MessageId)));
        return [.. entries.Select(entry => (string)Assert.Single(entry)["id"]!)];
    }

    /// <summary>All jobs by their ids, once all are sent and nothing else is in the queue.</summary>
    private async Task<IReadOnlyDictionary<string, Notification>> AllSent()
    {
        const int all = Kills * JobsEach;
        await Eventually.Get("all jobs to be sent", _given.Queue.GetStats, stats => stats.Processed == all);
        Assert.Equal(new NotificationStats(Waiting: 0, Active: 0, Delayed: 0, Processed: all, Failed: 0, DeadLettered: 0, DeadLetters: 0, Paused: false), await _given.Queue.GetStats());

        var told = await Task.WhenAll(Jobs(0, all).Select(job => _given.Queue.OfOrder(job.OrderId)));
        Assert.All(told, order => Assert.Equal(NotificationState.Sent, Assert.Single(order).State));
        return told.Select(order => order[0]).ToDictionary(job => job.JobId);
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
