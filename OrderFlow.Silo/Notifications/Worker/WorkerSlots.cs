namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>Bounds the jobs that run at once. One loop acquires slots and waits for free ones; any task may release its own.</summary>
internal sealed class WorkerSlots(int count, TimeProvider time)
{
    /// <summary>How long a free slot waits for more of them, so that under load one claim fills many.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);

    /// <summary>A claim does not linger once one slot in so many is free.</summary>
    private const int NoLingerDivisor = 4;

    private readonly int _count = count;
    private readonly Lock _lock = new();
    private int _free = count;
    private int _awaited = int.MaxValue;
    private TaskCompletionSource? _waiter;

    /// <summary>How many jobs run.</summary>
    public int Busy => _count - Volatile.Read(ref _free);

    /// <summary>How many free slots are waited for; the highest number where none are.</summary>
    internal int AwaitedCount => Volatile.Read(ref _awaited);

    /// <summary>Waits for free slots and returns how many there are, at least one. Lingers for more where there are only a few.</summary>
    public async ValueTask<int> WaitForFree(CancellationToken cancellationToken)
    {
        var enough = WhenFree(Math.Max(1, _count / NoLingerDivisor));
        if (!enough.IsCompleted)
        {
            await enough.WaitAsync(Linger, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WhenFree(1).WaitAsync(cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Volatile.Read(ref _free);
    }

    /// <summary>Completes when no job runs.</summary>
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

    /// <summary>Completes when so many slots are free. There is one waiter at a time: a further call replaces it.</summary>
    private Task WhenFree(int slots)
    {
        lock (_lock)
        {
            _awaited = int.MaxValue;
            if (_free >= slots) return Task.CompletedTask;

            _awaited = slots;
            _waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);   // the loop must not continue in a job's task, nor under the lock
            return _waiter.Task;
        }
    }
}
