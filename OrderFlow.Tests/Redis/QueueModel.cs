using OrderFlow.Notifications;

namespace OrderFlow.Tests.Redis;

/// <summary>A model of the queue, in memory: every job is in one place.</summary>
internal sealed class QueueModel(int deadLetterLimit, int maxReclaims)
{
    private readonly Dictionary<string, Entry> _known = [];
    private long _sequence;
    private long _processed;
    private long _failed;
    private long _deadLettered;
    private long _purged;

    public DateTimeOffset Now { get; set; }

    public bool Paused { get; set; }

    public NotificationStats Stats => new(
        In(Place.Waiting).Count(), In(Place.Active).Count(), In(Place.Delayed).Count(), _processed, _failed, _deadLettered, In(Place.Dead).Count(), Paused, _purged);

    public IEnumerable<DeadLetter> DeadLetters => In(Place.Dead).Reverse().Select(entry => new DeadLetter(
        entry.Job.JobId, entry.Job.OrderId, entry.Job.UserId, entry.Job.EventType, entry.Job.Message, entry.Attempts, entry.Reason, entry.UpdatedAt));

    /// <summary>Jobs that are neither sent nor dead-lettered nor purged.</summary>
    public int Unsettled => In(Place.Waiting).Count() + In(Place.Active).Count() + In(Place.Delayed).Count();

    public bool Enqueue(NotificationJob job)
    {
        if (!_known.TryAdd(job.JobId, new(job))) return false;
        Append(_known[job.JobId]);
        return true;
    }

    public List<ExpectedClaim> Claim(string worker, int count)
    {
        if (Paused) return [];

        foreach (var due in In(Place.Delayed).Where(entry => entry.DueAt <= Now).OrderBy(entry => entry.DueAt).ThenBy(entry => entry.Job.JobId, StringComparer.Ordinal).ToList())
            Append(due);
        return In(Place.Waiting).Take(count).ToList().ConvertAll(entry => Hold(entry, worker, deliveries: 1));
    }

    public List<ExpectedClaim> Reclaim(string worker, int count)
    {
        if (Paused) return [];

        var lost = In(Place.Active).Take(count).ToList();
        foreach (var entry in lost.Where(entry => entry.Deliveries >= maxReclaims)) DeadLetter(entry, $"its worker died {maxReclaims} times");
        return lost.Where(entry => entry.Place == Place.Active).ToList().ConvertAll(entry => Hold(entry, worker, entry.Deliveries + 1));
    }

    /// <summary>Moves the job if the worker still holds it by this claim.</summary>
    public static bool Move(string worker, ExpectedClaim claim, Action<Entry> move)
    {
        var entry = claim.Entry;
        if (entry.Place != Place.Active || entry.Worker != worker || (entry.Sequence, entry.Deliveries) != (claim.Sequence, claim.Deliveries)) return false;
        move(entry);
        return true;
    }

    public void Complete(Entry entry)
    {
        entry.Attempts++;
        _processed++;
        Put(entry, Place.Sent);
    }

    public void Retry(Entry entry, DateTimeOffset dueAt)
    {
        entry.Attempts++;
        _failed++;
        entry.DueAt = dueAt;
        Put(entry, Place.Delayed);
    }

    public void DeadLetter(Entry entry, string reason)
    {
        entry.Attempts++;
        entry.Reason = reason;
        _failed++;
        _deadLettered++;
        Put(entry, Place.Dead);
        foreach (var oldest in In(Place.Dead).SkipLast(deadLetterLimit).ToList())
        {
            _purged++;
            Put(oldest, Place.Purged);
        }
    }

    public void Append(Entry entry) => Put(entry, Place.Waiting);

    public Outcome Replay(string jobId)
    {
        if (!_known.TryGetValue(jobId, out var entry) || entry.Place == Place.Purged) return Outcome.NotFound;
        if (entry.Place != Place.Dead) return Outcome.Ok;
        entry.Attempts = 0;
        Append(entry);
        return Outcome.Ok;
    }

    public Outcome Purge(string jobId)
    {
        if (!_known.TryGetValue(jobId, out var entry) || entry.Place is not (Place.Dead or Place.Purged)) return Outcome.NotFound;
        Put(entry, Place.Purged);
        return Outcome.Ok;
    }

    public IEnumerable<Notification> ListByOrder(long orderId) => _known.Values
        .Where(entry => entry.Job.OrderId == orderId && entry.Place != Place.Purged)
        .OrderBy(entry => entry.Job.JobId, StringComparer.Ordinal)
        .Select(entry => new Notification(
            entry.Job.JobId, entry.Job.EventType, entry.Job.Message, Enum.Parse<NotificationState>(entry.Place.ToString()),
            entry.Place == Place.Active ? entry.Attempts + 1 : entry.Attempts, entry.UpdatedAt));

    private IEnumerable<Entry> In(Place place) => _known.Values.Where(entry => entry.Place == place).OrderBy(entry => entry.Sequence);

    /// <summary>Appends the entry to that place.</summary>
    private void Put(Entry entry, Place place)
    {
        entry.Place = place;
        entry.Sequence = ++_sequence;
        entry.UpdatedAt = Now;
    }

    /// <summary>A claimed job keeps its sequence: the oldest are reclaimed first.</summary>
    private static ExpectedClaim Hold(Entry entry, string worker, int deliveries)
    {
        entry.Place = Place.Active;
        entry.Worker = worker;
        entry.Deliveries = deliveries;
        return new(entry, entry.Sequence, deliveries);
    }
}

internal enum Place
{
    Waiting,
    Active,
    Delayed,
    Sent,
    Dead,
    Purged,
}

internal sealed class Entry(NotificationJob job)
{
    public NotificationJob Job => job;

    public Place Place { get; set; }

    public long Sequence { get; set; }

    public int Attempts { get; set; }

    public string Worker { get; set; } = "";

    public int Deliveries { get; set; }

    public DateTimeOffset DueAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public string Reason { get; set; } = "";
}

/// <summary>A claim as it was made; its lease may be lost by now.</summary>
internal sealed record ExpectedClaim(Entry Entry, long Sequence, int Deliveries);
