using System.Threading.Channels;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Hands items on in batches: while one batch is under way the next gathers, so that under load many callers share a round trip
/// and without load nobody waits. Bounded: whoever finds the queue full waits for room.
/// </summary>
internal sealed class BatchLoop<TItem> : IAsyncDisposable
{
    /// <summary>The most items one batch takes.</summary>
    public const int BatchLimit = 256;

    /// <summary>The most items that may wait.</summary>
    public const int QueueLimit = 8_192;

    private readonly Channel<TItem> _queue = Channel.CreateBounded<TItem>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    private readonly Task _loop;

    /// <param name="run">Runs one batch and answers each of its items. It must not throw: what fails is told to the items.</param>
    public BatchLoop(Func<List<TItem>, Task> run)
    {
        _loop = Task.Run(() => Loop(run));
    }

    /// <summary>Queues an item for the next batch.</summary>
    /// <exception cref="ObjectDisposedException">The silo is stopping.</exception>
    public async ValueTask Add(TItem item)
    {
        try
        {
            await _queue.Writer.WriteAsync(item);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(GetType().Name, "the silo is stopping");
        }
    }

    /// <summary>Takes no more items, and is done when those it has are answered.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task Loop(Func<List<TItem>, Task> run)
    {
        var batch = new List<TItem>(BatchLimit);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < BatchLimit && _queue.Reader.TryRead(out var item)) batch.Add(item);
            await run(batch);
            batch.Clear();
        }
    }
}
