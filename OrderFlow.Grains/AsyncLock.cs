namespace OrderFlow;

/// <summary>Lets interleaving calls of one grain through a section one at a time, in the order they came. Only for use on a grain's own scheduler.</summary>
internal sealed class AsyncLock
{
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _taken;

    /// <summary>Waits for the turn; disposing what it returns passes the turn on.</summary>
    public async ValueTask<Releaser> Acquire()
    {
        if (_taken)
        {
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(next);
            await next.Task;   // the turn is handed over: _taken stays true
        }

        _taken = true;
        return new(this);
    }

    private void Leave()
    {
        if (_waiting.TryDequeue(out var next)) next.SetResult();
        else _taken = false;
    }

    /// <summary>A turn; dispose it to pass it on.</summary>
    public readonly struct Releaser(AsyncLock owner) : IDisposable
    {
        public void Dispose() => owner.Leave();
    }
}
