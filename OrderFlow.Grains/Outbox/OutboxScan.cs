namespace OrderFlow.Outbox;

/// <summary>
/// From where a partition of the outbox is read on, so that rows which are held need not be read at each look. Rows get their numbers before they are committed:
/// a lower one may come later, and with it an event that goes first. So what was read is passed over only once every transaction has ended that was running
/// when it was read: no other can add a row among it. All pages of a pass are as of its first one, else a later page could hold an order's second event whose
/// first one was committed behind the pass. Knows no database and no clock.
/// </summary>
internal sealed class OutboxScan
{
    /// <summary>All rows up to here were read, and none can come among them.</summary>
    private long _floor;

    /// <summary>Becomes the floor once all transactions below <see cref="_candidateSettlesAt"/> have ended.</summary>
    private long _candidate;
    private long _candidateSettlesAt;

    /// <summary>Of the pass: which transactions had ended when it began, and which may not have begun at its latest page.</summary>
    private long? _oldestRunning;
    private long _nextStarting;

    /// <summary>The next rows are those above this one.</summary>
    public long After { get; private set; }

    /// <summary>What all pages of the pass are read as of; null until its first one was read.</summary>
    public string? Snapshot { get; private set; }

    /// <summary>True while a pass has not come to the end of the partition.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Begins a pass: from the lowest row on, or above those that are passed over.</summary>
    public void Begin(bool fromLowest)
    {
        After = fromLowest ? 0 : _floor;
        IsUnderWay = true;
        _oldestRunning = null;
        Snapshot = null;
        _nextStarting = 0;
    }

    /// <summary>A page of the pass was read.</summary>
    public void Read(OutboxPage page, int limit)
    {
        IsUnderWay = page.Next.Count == limit;
        if (page.Next.Count > 0)
        {
            if (page.NextStarting < _candidateSettlesAt) (_floor, _candidateSettlesAt) = (0, 0);   // another server, which knows less: begin anew
            _oldestRunning ??= page.OldestRunning;
            Snapshot ??= page.Snapshot;
            _nextStarting = page.NextStarting;
            After = page.Next[^1].Seq;
        }

        if (_oldestRunning is not { } oldestRunning) return;

        var isSettled = oldestRunning >= _candidateSettlesAt;
        if (isSettled && _candidateSettlesAt > 0) _floor = Math.Max(_floor, Math.Min(After, _candidate));
        if (!IsUnderWay && isSettled) (_candidate, _candidateSettlesAt) = (After, _nextStarting);
    }
}
