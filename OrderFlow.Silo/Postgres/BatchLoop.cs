using System.Threading.Channels;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Processes items in batches: while one batch runs the next one gathers, so that many callers share a round trip under load and nobody waits without it.
/// Bounded: a caller that finds the queue full waits.
/// </summary>
internal sealed class BatchLoop<TItem> : IAsyncDisposable
{
    /// <summary>The most items in a batch.</summary>
    public const int MaxBatchSize = 256;

    /// <summary>The most items that wait for a batch.</summary>
    public const int QueueLimit = 8_192;

    private readonly Channel<TItem> _queue = Channel.CreateBounded<TItem>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    private readonly Task _loop;

    /// <param name="run">Runs one batch and completes each of its items, with an error where it fails. It must not throw.</param>
    public BatchLoop(Func<List<TItem>, Task> run)
    {
        _loop = Task.Run(() => Loop(run));
    }

    /// <summary>Queues an item for the next batch.</summary>
    /// <exception cref="ObjectDisposedException">The silo is stopping.</exception>
    public async ValueTask Enqueue(TItem item)
    {
        try
        {
            await _queue.Writer.WriteAsync(item);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(GetType().Name, "The silo is stopping.");
        }
    }

    /// <summary>Takes no more items and waits until those it has are completed.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task Loop(Func<List<TItem>, Task> run)
    {
        var batch = new List<TItem>(MaxBatchSize);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatchSize && _queue.Reader.TryRead(out var item)) batch.Add(item);
            await run(batch);
            batch.Clear();
        }
    }
}
