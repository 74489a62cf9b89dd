namespace OrderFlow;

/// <summary>Serializes interleaving calls of one grain, first come, first served. Not thread-safe: only for a grain's own scheduler.</summary>
internal sealed class AsyncLock
{
    private Task _lastReleased = Task.CompletedTask;

    /// <summary>Waits until all earlier callers have released the lock; dispose the result to release it.</summary>
    public async ValueTask<Releaser> Acquire()
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (var previousReleased, _lastReleased) = (_lastReleased, released.Task);
        await previousReleased;
        return new(released);
    }

    /// <summary>The acquired lock; dispose it to release it.</summary>
    public readonly struct Releaser(TaskCompletionSource released) : IDisposable
    {
        public void Dispose() => released.SetResult();
    }
}
