namespace OrderFlow;

/// <summary>Serializes interleaving calls of one grain, first come, first served. Not thread-safe: only for a grain's own scheduler.</summary>
internal sealed class AsyncLock
{
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _taken;

    /// <summary>Waits for the lock; dispose the result to release it.</summary>
    public async ValueTask<Releaser> Acquire()
    {
        if (_taken)
        {
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(next);
            await next.Task;   // handed over: _taken stays true
        }

        _taken = true;
        return new(this);
    }

    private void Release()
    {
        if (_waiting.TryDequeue(out var next)) next.SetResult();
        else _taken = false;
    }

    /// <summary>The acquired lock; dispose it to release it.</summary>
    public readonly struct Releaser(AsyncLock owner) : IDisposable
    {
        public void Dispose() => owner.Release();
    }
}
