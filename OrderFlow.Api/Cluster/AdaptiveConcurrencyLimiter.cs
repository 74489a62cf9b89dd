namespace OrderFlow.Api.Cluster;

/// <summary>
/// How many calls into the cluster go on at once; the others wait for their turn here, where they cost nothing. A cluster that is asked for more than it can
/// do would answer every call late, work for callers who have given up, and be asked again: busy, and of no use to anybody.
/// <para>
/// There is room for as many as are answered soon. A second in which most answers came late halves the room; one in which most came soon makes it larger by
/// a quarter. Most, not some: where one silo of three hangs, the calls to the others are not held back.
/// </para>
/// </summary>
internal sealed class AdaptiveConcurrencyLimiter(TimeProvider time) : IDisposable
{
    /// <summary>The least room: enough for a thousand calls a second that take 30 ms.</summary>
    public const int MinLimit = 32;

    /// <summary>The most room, which is there at first.</summary>
    public const int MaxLimit = 2_048;

    /// <summary>The time after which an answer is late.</summary>
    public static readonly TimeSpan SlowThreshold = TimeSpan.FromSeconds(1);

    /// <summary>How long answers are counted until the room is looked at again.</summary>
    public static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _free = new(MaxLimit);
    private long _countedSince = time.GetTimestamp();
    private int _soon;
    private int _late;
    private int _surplus;   // places that are no more, but still taken

    /// <summary>How many calls may go on at once.</summary>
    public int Limit { get; private set; } = MaxLimit;

    /// <summary>How many calls go on.</summary>
    public int Active
    {
        get
        {
            lock (_lock) return Limit + _surplus - _free.CurrentCount;
        }
    }

    /// <summary>Takes a place where one is free, and nobody waits for it.</summary>
    public bool TryAcquire() => _free.Wait(0, CancellationToken.None);

    /// <summary>Waits for a place. Who came first has it first.</summary>
    /// <exception cref="OperationCanceledException">There was none in time.</exception>
    public async Task Acquire(TimeSpan patience, CancellationToken timeIsUp)
    {
        using var noLonger = new CancellationTokenSource(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time);
        using var sooner = timeIsUp.UnsafeRegister(static waiting => ((CancellationTokenSource)waiting!).Cancel(), noLonger);
        await _free.WaitAsync(noLonger.Token);
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="took">How long the call took, whatever came of it.</param>
    public void Release(TimeSpan took)
    {
        lock (_lock)
        {
            if (took > SlowThreshold) _late++;
            else _soon++;
            if (_surplus > 0) _surplus--;
            else _free.Release();
            if (time.GetElapsedTime(_countedSince) >= SampleInterval) LookAgain();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    private void LookAgain()
    {
        if (_late > _soon) Shrink(Limit - Math.Max(MinLimit, Limit / 2));
        else Grow(Math.Min(MaxLimit, Limit + (Limit / 4)) - Limit);
        (_countedSince, _soon, _late) = (time.GetTimestamp(), 0, 0);
    }

    private void Shrink(int places)
    {
        Limit -= places;
        for (_surplus += places; _surplus > 0 && _free.Wait(0, CancellationToken.None); _surplus--)
        {
            // A free place goes at once.
        }
    }

    private void Grow(int places)
    {
        Limit += places;
        var stillTaken = Math.Min(places, _surplus);
        _surplus -= stillTaken;
        if (places > stillTaken) _free.Release(places - stillTaken);
    }
}
