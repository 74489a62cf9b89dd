using System.Diagnostics;
using System.Threading.Channels;

namespace OrderFlow.Silo.Postgres;

/// <summary>An item of a <see cref="BatchLoop{TItem, TResult}"/>, and its result once that is known.</summary>
/// <param name="Item">The item.</param>
/// <param name="Span">The span of its caller, if that is traced.</param>
internal sealed record Pending<TItem, TResult>(TItem Item, Activity? Span)
{
    public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// Processes items in batches. While one batch runs the next one gathers, so that under load many callers share a round trip, and otherwise none waits for others.
/// The queue is bounded: a caller that finds it full waits.
/// </summary>
internal sealed class BatchLoop<TItem, TResult> : IAsyncDisposable
{
    /// <summary>The most items in a batch.</summary>
    public const int MaxBatchSize = 256;

    /// <summary>The most items that wait for a batch.</summary>
    public const int QueueLimit = 8_192;

    private readonly Channel<Pending<TItem, TResult>> _queue =
        Channel.CreateBounded<Pending<TItem, TResult>>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });

    private readonly Task _loop;

    /// <param name="run">Runs one batch and completes each of its items, with an error where it fails. It must not throw.</param>
    public BatchLoop(Func<List<Pending<TItem, TResult>>, Task> run)
    {
        _loop = Task.Run(() => Loop(run));
    }

    /// <summary>Processes an item with the next batch.</summary>
    /// <exception cref="ObjectDisposedException">The silo is stopping.</exception>
    public async Task<TResult> Process(TItem item, Activity? span)
    {
        var pending = new Pending<TItem, TResult>(item, span);
        try
        {
            await _queue.Writer.WriteAsync(pending);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(GetType().Name, "The silo is stopping.");
        }

        return await pending.Result.Task;
    }

    /// <summary>Takes no more items and waits until those it has are completed.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task Loop(Func<List<Pending<TItem, TResult>>, Task> run)
    {
        var batch = new List<Pending<TItem, TResult>>(MaxBatchSize);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatchSize && _queue.Reader.TryRead(out var item)) batch.Add(item);
            await run(batch);
            batch.Clear();
        }
    }
}
