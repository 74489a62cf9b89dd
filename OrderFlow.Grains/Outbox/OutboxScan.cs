namespace OrderFlow.Outbox;

/// <summary>
/// Tracks how far an outbox partition was read, so that unacknowledged rows are not read again. Rows get their numbers before they commit, so a lower one may
/// appear later: rows are skipped only once all transactions that ran when they were read have ended. All pages of a pass read one snapshot, else a later page
/// could contain an order's second event whose first was committed among rows already read. Knows no database and no clock.
/// </summary>
internal sealed class OutboxScan
{
    /// <summary>All rows up to here were read, and none can be added between them.</summary>
    private long _floor;

    /// <summary>Becomes the floor once all transactions below <see cref="_candidateSettlesAt"/> have ended.</summary>
    private long _candidate;
    private long _candidateSettlesAt;

    /// <summary>The transactions that had ended when the pass began, and those that may not have begun at its latest page.</summary>
    private long? _oldestRunning;
    private long _nextStarting;

    /// <summary>The next rows are those above this one.</summary>
    public long After { get; private set; }

    /// <summary>The snapshot that all pages of the pass read; null before its first page.</summary>
    public string? Snapshot { get; private set; }

    /// <summary>True until the pass reaches the end of the partition.</summary>
    public bool IsInProgress { get; private set; }

    /// <summary>Begins a pass, from the lowest row or above the rows that are skipped.</summary>
    public void Begin(bool fromLowest)
    {
        After = fromLowest ? 0 : _floor;
        IsInProgress = true;
        _oldestRunning = null;
        Snapshot = null;
    }

    /// <summary>Takes a page of the pass.</summary>
    public void Read(OutboxPage page, int limit)
    {
        IsInProgress = page.Next.Count == limit;
        if (page.Next.Count > 0)
        {
            if (page.NextStarting < _candidateSettlesAt) (_floor, _candidateSettlesAt) = (0, 0);   // another server, which knows fewer transactions: start over
            _oldestRunning ??= page.OldestRunning;
            Snapshot ??= page.Snapshot;
            _nextStarting = page.NextStarting;
            After = page.Next[^1].Seq;
        }

        if (_oldestRunning is not { } oldestRunning) return;

        var isSettled = oldestRunning >= _candidateSettlesAt;
        if (isSettled && _candidateSettlesAt > 0) _floor = Math.Max(_floor, Math.Min(After, _candidate));
        if (!IsInProgress && isSettled) (_candidate, _candidateSettlesAt) = (After, _nextStarting);
    }
}
