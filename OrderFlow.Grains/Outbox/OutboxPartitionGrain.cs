using Microsoft.Extensions.Logging;

namespace OrderFlow.Outbox;

/// <inheritdoc cref="IOutboxPartitionGrain"/>
/// <remarks>
/// Rows are deleted once Kafka has acknowledged them. Whoever dies in between leaves them to be published again, with the same ids:
/// the promise is at least once. Kafka or the database being away only makes it wait.
/// </remarks>
[GrainType("outbox-partition")]
internal sealed partial class OutboxPartitionGrain(
    IOutbox outbox, IEventPublisher publisher, TimeProvider time, ILogger<OutboxPartitionGrain> log) : Grain, IOutboxPartitionGrain
{
    /// <summary>The most events that are published at once.</summary>
    public const int BatchLimit = 500;

    /// <summary>A batch smaller than this is followed by a pause, in which the next one gathers: a round trip then carries more than a few events.</summary>
    private const int SmallBatch = BatchLimit / 4;

    private static readonly TimeSpan GatheringPause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _leaving = new();
    private Task _draining = Task.CompletedTask;
    private bool _woken;
    private TimeSpan _pause;

    private int Partition => (int)this.GetPrimaryKeyLong();

    public Task Wake()
    {
        _woken = true;
        if (_draining.IsCompleted && !_leaving.Task.IsCompleted) _draining = Drain();
        return Task.CompletedTask;
    }

    /// <summary>Finishes the batch under way, so that whoever takes the partition over does not publish it again.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _leaving.TrySetResult();
        await _draining.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task Drain()
    {
        IReadOnlyList<long> published = [];
        while (!_leaving.Task.IsCompleted && (_woken || published.Count > 0))
        {
            _woken = false;
            try
            {
                published = await PublishNext(published);
            }
            catch (Exception error)
            {
                await BackOff(error);
            }
        }

        if (published.Count > 0) await Forget(published);
    }

    /// <summary>Deletes what was published before, publishes the next rows, and answers which of those were acknowledged.</summary>
    private async Task<IReadOnlyList<long>> PublishNext(IReadOnlyList<long> published)
    {
        var events = await outbox.Advance(Partition, published, BatchLimit);
        if (events.Count == 0)
        {
            Recovered();
            return [];
        }

        var acknowledged = await publisher.Publish(events);
        if (acknowledged.Count < events.Count) _woken = true;   // the others are still there
        if (acknowledged.Count == 0)
        {
            await Pause();
            return acknowledged;
        }

        Recovered();
        if (acknowledged.Count < events.Count) await Wait(FirstPause);   // one event that fails is not to hold up those of other orders for longer
        else if (events.Count < SmallBatch) await Wait(GatheringPause);
        return acknowledged;
    }

    /// <summary>The database failed: what was published stays known, and is deleted with the next try.</summary>
    private async Task BackOff(Exception error)
    {
        if (_pause == TimeSpan.Zero) LogFailed(Partition, error.GetType().Name, error.Message);
        _woken = true;
        await Pause();
    }

    private async Task Forget(IReadOnlyList<long> published)
    {
        try
        {
            await outbox.Advance(Partition, published, limit: 0);
        }
        catch (Exception error)
        {
            LogFailed(Partition, error.GetType().Name, error.Message);   // they are published again
        }
    }

    private Task Pause()
    {
        _pause = _pause == TimeSpan.Zero ? FirstPause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
        return Wait(_pause);
    }

    private async Task Wait(TimeSpan pause) => await Task.WhenAny(Task.Delay(pause, time), _leaving.Task);

    private void Recovered() => _pause = TimeSpan.Zero;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events of outbox partition {Partition} cannot be read or deleted, and will be tried again; {Error}: {Reason}")]
    private partial void LogFailed(int partition, string error, string reason);
}
