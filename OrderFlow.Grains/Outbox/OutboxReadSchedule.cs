namespace OrderFlow.Outbox;

/// <summary>A read of an outbox partition.</summary>
/// <param name="After">The row after which it begins.</param>
/// <param name="Limit">The maximum number of rows; 0 where nothing is due.</param>
/// <param name="AsOf">The snapshot of the first page; null for the first page itself.</param>
internal readonly record struct OutboxRead(long After, int Limit, string? AsOf);

/// <summary>
/// Schedules the reads of an outbox partition. Passes follow wakes and read new rows; slow sweeps read all rows again, so that no event depends on
/// <see cref="OutboxScan"/> alone. Knows no database and no clock.
/// </summary>
internal sealed class OutboxReadSchedule
{
    /// <summary>The maximum number of rows in a page.</summary>
    public const int PageSize = 500;

    /// <summary>A pass with fewer new rows is followed by <see cref="BatchDelay"/>, so that a round trip carries more than a few events.</summary>
    private const int SmallBatch = PageSize / 4;

    private static readonly TimeSpan BatchDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>How often it is read from the lowest row. Not more often: deleted rows cost as much as others while an old snapshot may see them.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>Limits pages without a new row to a fifth of the time.</summary>
    private const int RereadDelayFactor = 4;

    private static readonly ExponentialBackoff Backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    private readonly OutboxScan _scan = new();
    private bool _isPass;
    private bool _isSweep;
    private bool _isWoken;
    private TimeSpan _rereadTime;
    private TimeSpan _sweepAt;
    private long _sweptTo;
    private string? _sweepSnapshot;

    /// <summary>True while there may be unread rows.</summary>
    public bool IsPending => _isWoken || _scan.IsInProgress;

    /// <summary>When the partition may be read again.</summary>
    public TimeSpan NotBefore { get; private set; }

    /// <summary>Consecutive failures.</summary>
    public int Failures { get; private set; }

    /// <summary>Notes that rows may have been added.</summary>
    public void Wake() => _isWoken = true;

    public bool IsDue(UnpublishedEvents events, TimeSpan now) => IsPassDue(events, now) || IsSweepDue(events, now);

    /// <summary>Begins the read that is due, if any.</summary>
    public OutboxRead Begin(UnpublishedEvents events, TimeSpan now)
    {
        _isPass = IsPassDue(events, now);
        _isSweep = !_isPass && IsSweepDue(events, now);
        if (_isPass && !_scan.IsInProgress) BeginPass(events, now);
        return _isPass ? new(_scan.After, PageSize, _scan.Snapshot) : _isSweep ? new(_sweptTo, PageSize, _sweepSnapshot) : default;
    }

    /// <summary>Takes the page that was read.</summary>
    /// <param name="page">The page.</param>
    /// <param name="added">How many of its next rows are new.</param>
    /// <param name="began">When the read began.</param>
    /// <param name="now">The time.</param>
    public void Complete(OutboxPage page, int added, TimeSpan began, TimeSpan now)
    {
        Failures = 0;
        if (_isPass) CompletePage(page, added, began, now);
        if (!_isSweep) return;

        (_sweptTo, _sweepSnapshot) = page.Next.Count == PageSize ? (page.Next[^1].Seq, _sweepSnapshot ?? page.Snapshot) : (0, null);
        _sweepAt = now + SweepInterval;
    }

    /// <summary>Schedules a failed read again, after a backoff.</summary>
    public void Fail(TimeSpan now)
    {
        Wake();
        NotBefore = now + Backoff.DelayAfter(++Failures);
    }

    /// <summary>The next page of a pass is due once most of the rows that were found before are acknowledged.</summary>
    private bool IsPassDue(UnpublishedEvents events, TimeSpan now) => IsPending && !events.IsFull && events.InFlight(now) <= SmallBatch;

    private bool IsSweepDue(UnpublishedEvents events, TimeSpan now) => events.Rows > PageSize && !events.IsFull && now >= _sweepAt;

    /// <summary>A pass serves as the sweep, too, where there are no more unacknowledged rows than a page has.</summary>
    private void BeginPass(UnpublishedEvents events, TimeSpan now)
    {
        _isWoken = false;
        var isFromLowest = events.Rows <= PageSize && now >= _sweepAt;
        if (isFromLowest) _sweepAt = now + SweepInterval;
        _scan.Begin(isFromLowest);
    }

    private void CompletePage(OutboxPage page, int added, TimeSpan began, TimeSpan now)
    {
        _scan.Read(page, PageSize);
        if (added == 0 && page.Next.Count == PageSize) _rereadTime += now - began;
        if (_scan.IsInProgress) return;

        NotBefore = now + (RereadDelayFactor * _rereadTime) + (added < SmallBatch ? BatchDelay : TimeSpan.Zero);
        _rereadTime = TimeSpan.Zero;
    }
}
