namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>
/// Counts the jobs under way, of which there is a bounded number. One loop takes slots and waits for free ones; any task may give its own back.
/// </summary>
internal sealed class WorkerSlots
{
    /// <summary>How long free slots wait for more of them, so that under load one claim serves many.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);

    /// <summary>The part of all slots that is worth a claim at once.</summary>
    private const int Handfuls = 4;

    private readonly int _count;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private int _free;
    private int _awaited = int.MaxValue;
    private TaskCompletionSource? _waiter;

    public WorkerSlots(int count, TimeProvider time)
    {
        (_count, _time) = (count, time);
        _free = count;
    }

    /// <summary>How many are under way.</summary>
    public int Busy => _count - Volatile.Read(ref _free);

    /// <summary>How many free ones somebody waits for; the highest number where nobody does.</summary>
    internal int AwaitedCount => Volatile.Read(ref _awaited);

    /// <summary>How many are free; at least one. It waits for more only while that does not keep a job waiting that could begin: not longer than a moment.</summary>
    public async ValueTask<int> WaitForFree(CancellationToken cancellationToken)
    {
        var handful = WhenFree(Math.Max(1, _count / Handfuls));
        if (!handful.IsCompleted)
        {
            await handful.WaitAsync(Linger, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WhenFree(1).WaitAsync(cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Volatile.Read(ref _free);
    }

    /// <summary>Done when no job is under way.</summary>
    public Task WhenAllFree() => WhenFree(_count);

    public void Acquire(int slots)
    {
        lock (_lock) _free -= slots;
    }

    public void Release()
    {
        lock (_lock)
        {
            _free++;
            if (_free < _awaited) return;
            _awaited = int.MaxValue;
            _waiter!.SetResult();
        }
    }

    /// <summary>One waits at a time; whoever waited before is forgotten.</summary>
    private Task WhenFree(int slots)
    {
        lock (_lock)
        {
            _awaited = int.MaxValue;
            if (_free >= slots) return Task.CompletedTask;

            _awaited = slots;
            _waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);   // the loop does not run in the task of a job, nor under the lock
            return _waiter.Task;
        }
    }
}
