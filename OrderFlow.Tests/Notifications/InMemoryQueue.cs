using OrderFlow.Notifications;

namespace OrderFlow.Tests.Notifications;

/// <summary>A queue that records the calls of workers and fails on purpose.</summary>
internal sealed class InMemoryQueue : INotificationJobs
{
    private readonly Lock _lock = new();
    private readonly Queue<(NotificationJob Job, int Attempts)> _waiting = [];
    private readonly List<(NotificationJob Job, int Attempts, DateTimeOffset DueAt)> _delayed = [];
    private readonly Dictionary<string, (ClaimedJob Claimed, string Worker, DateTimeOffset At)> _active = [];
    private readonly List<Call> _calls = [];

    /// <summary>Runs before each call, with the name of its method; it may throw or delay the call.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Whether every claimed job counts as reclaimed by another worker.</summary>
    public bool LosesLeases { get; set; }

    public int Waiting => WithLock(() => _waiting.Count);

    public int Active => WithLock(() => _active.Count);

    /// <summary>The completed calls, oldest first.</summary>
    public Call[] Calls(params string[] methods) => WithLock(() => _calls.Where(call => methods.Length == 0 || methods.Contains(call.Method)).ToArray());

    public void Add(params IEnumerable<NotificationJob> jobs) => WithLock(() =>
    {
        foreach (var job in jobs) _waiting.Enqueue((job, 0));
        return 0;
    });

    /// <summary>A job whose worker died on its first attempt.</summary>
    public void AddAbandoned(NotificationJob job, DateTimeOffset claimedAt) =>
        WithLock(() => _active[job.JobId] = (new ClaimedJob(job, 1, "lease-0"), "dead-worker", claimedAt));

    public Task<IReadOnlyList<ClaimedJob>> Claim(string worker, int count, DateTimeOffset now) => Answer<IReadOnlyList<ClaimedJob>>(nameof(Claim), () =>
    {
        foreach (var (job, attempts, _) in _delayed.Where(delayed => delayed.DueAt <= now)) _waiting.Enqueue((job, attempts));
        _delayed.RemoveAll(delayed => delayed.DueAt <= now);

        var claimed = new List<ClaimedJob>();
        while (claimed.Count < count && _waiting.TryDequeue(out var next)) claimed.Add(Hold(worker, next.Job, next.Attempts + 1, now));
        _calls.Add(new(nameof(Claim), worker, now, Count: count, Jobs: claimed));
        return claimed;
    });

    public Task<IReadOnlyList<ClaimedJob>> Reclaim(string worker, int count, TimeSpan lease, DateTimeOffset now) => Answer<IReadOnlyList<ClaimedJob>>(nameof(Reclaim), () =>
    {
        var reclaimed = _active.Values.Where(held => now - held.At >= lease).Take(count).ToArray()
            .Select(held => Hold(worker, held.Claimed.Job, held.Claimed.Attempt + 1, now)).ToList();
        _calls.Add(new(nameof(Reclaim), worker, now, Count: count, Jobs: reclaimed));
        return reclaimed;
    });

    public Task<bool> Complete(string worker, ClaimedJob job, DateTimeOffset now) => Move(nameof(Complete), worker, job, now, () => { });

    public Task<bool> Retry(string worker, ClaimedJob job, DateTimeOffset dueAt, string reason, DateTimeOffset now) =>
        Move(nameof(Retry), worker, job, now, () => _delayed.Add((job.Job, job.Attempt, dueAt)), reason, dueAt);

    public Task<bool> DeadLetter(string worker, ClaimedJob job, string reason, DateTimeOffset now) => Move(nameof(DeadLetter), worker, job, now, () => { }, reason);

    public Task<bool> Release(string worker, ClaimedJob job, DateTimeOffset now) =>
        Move(nameof(Release), worker, job, now, () => _waiting.Enqueue((job.Job, job.Attempt - 1)));

    private Task<bool> Move(
        string method, string worker, ClaimedJob job, DateTimeOffset now, Action move, string? reason = null, DateTimeOffset? dueAt = null) => Answer(method, () =>
    {
        var holds = !LosesLeases && _active.TryGetValue(job.Job.JobId, out var held) && held.Claimed.Lease == job.Lease && held.Worker == worker;
        _calls.Add(new(method, worker, now, Jobs: [job], Reason: reason, DueAt: dueAt));
        if (!holds) return false;
        _active.Remove(job.Job.JobId);
        move();
        return true;
    });

    private ClaimedJob Hold(string worker, NotificationJob job, int attempt, DateTimeOffset now)
    {
        var claimed = new ClaimedJob(job, attempt, Guid.NewGuid().ToString("N"));
        _active[job.JobId] = (claimed, worker, now);
        return claimed;
    }

    private async Task<T> Answer<T>(string method, Func<T> answer)
    {
        await Before(method);
        return WithLock(answer);
    }

    private T WithLock<T>(Func<T> answer)
    {
        lock (_lock) return answer();
    }

    internal sealed record Call(
        string Method, string Worker, DateTimeOffset Now, int Count = 0, IReadOnlyList<ClaimedJob>? Jobs = null, string? Reason = null, DateTimeOffset? DueAt = null);
}
