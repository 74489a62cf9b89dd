namespace OrderFlow.Api.Cluster;

/// <summary>
/// Limits how many calls into the cluster run at once; the others queue here. An overloaded cluster would answer every call late, work for callers who have
/// given up, and be called again.
/// </summary>
/// <remarks>
/// The limit halves after a sample interval in which most calls were slow, and grows by a quarter after one in which most were not. Most, not some: if one
/// silo of three hangs, calls to the others are not held back.
/// </remarks>
internal sealed class AdaptiveConcurrencyLimiter(TimeProvider time) : IDisposable
{
    /// <summary>The lowest limit: enough for a thousand calls a second that take 30 ms.</summary>
    public const int MinLimit = 32;

    /// <summary>The highest limit, which is also the first.</summary>
    public const int MaxLimit = 2_048;

    /// <summary>The most calls that wait for a permit or a retry. One more fails at once, so that neither a rush nor an outage fills the memory.</summary>
    public const int MaxQueued = 2_000;

    /// <summary>The duration from which a call counts as slow.</summary>
    public static readonly TimeSpan SlowThreshold = TimeSpan.FromSeconds(1);

    /// <summary>How long calls are counted before the limit is adjusted.</summary>
    public static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _permits = new(MaxLimit);
    private long _sampleStartedAt = time.GetTimestamp();
    private int _fast;
    private int _slow;
    private int _surplus;   // permits above a lowered limit that are still held
    private int _queued;

    /// <summary>How many calls may run at once.</summary>
    public int Limit { get; private set; } = MaxLimit;

    /// <summary>How many calls run.</summary>
    public int Active
    {
        get
        {
            lock (_lock) return Limit + _surplus - _permits.CurrentCount;
        }
    }

    /// <summary>How many calls wait for a permit or a retry.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Takes a permit if one is free and nobody waits for it.</summary>
    public bool TryAcquire() => _permits.Wait(0, CancellationToken.None);

    /// <summary>Waits for a permit; first come, first served.</summary>
    /// <exception cref="OperationCanceledException">The wait timed out or was cancelled.</exception>
    public async Task Acquire(TimeSpan timeout, CancellationToken cancellation)
    {
        using var timeLimit = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, time);
        using var registration = cancellation.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), timeLimit);
        await _permits.WaitAsync(timeLimit.Token);
    }

    /// <summary>Returns a permit.</summary>
    /// <param name="duration">How long the call took, whatever its result.</param>
    public void Release(TimeSpan duration)
    {
        lock (_lock)
        {
            if (duration > SlowThreshold) _slow++;
            else _fast++;
            if (_surplus > 0) _surplus--;
            else _permits.Release();
            if (time.GetElapsedTime(_sampleStartedAt) >= SampleInterval) AdjustLimit();
        }
    }

    /// <summary>Counts a call as queued while it waits. False if <see cref="MaxQueued"/> wait already, or if the wait was cancelled or timed out.</summary>
    public async Task<bool> TryQueue(Func<Task> wait)
    {
        try
        {
            if (Interlocked.Increment(ref _queued) > MaxQueued) return false;
            await wait();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _queued);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _permits.Dispose();

    private void AdjustLimit()
    {
        if (_slow > _fast) Lower(Limit - Math.Max(MinLimit, Limit / 2));
        else Raise(Math.Min(MaxLimit, Limit + (Limit / 4)) - Limit);
        (_sampleStartedAt, _fast, _slow) = (time.GetTimestamp(), 0, 0);
    }

    private void Lower(int by)
    {
        Limit -= by;
        for (_surplus += by; _surplus > 0 && _permits.Wait(0, CancellationToken.None); _surplus--)
        {
            // A free permit goes at once; one that is held goes when it is released.
        }
    }

    private void Raise(int by)
    {
        Limit += by;
        var held = Math.Min(by, _surplus);
        _surplus -= held;
        if (by > held) _permits.Release(by - held);
    }
}
