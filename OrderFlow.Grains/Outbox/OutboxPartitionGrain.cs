using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace OrderFlow.Outbox;

/// <inheritdoc cref="IOutboxPartitionGrain"/>
/// <remarks>
/// Rows are deleted once Kafka has acknowledged them. Whoever dies in between leaves them to be published again, with the same ids:
/// the promise is at least once. Kafka or the database being away only makes it wait.
/// Whoever follows orders live is told of what was read before Kafka is asked, and of what comes while Kafka takes its time.
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

    /// <summary>How long what was published waits for the next wake, whose read deletes it in the same round trip.</summary>
    private static readonly TimeSpan ForgettingPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>How long Kafka may take before those who follow live are told of what came after the batch that Kafka has.</summary>
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(200);

    private readonly TaskCompletionSource _leaving = new();
    private TaskCompletionSource _wake = new();
    private LiveFeed? _live;
    private IAsyncStream<LiveChanges>? _liveStream;
    private Task _draining = Task.CompletedTask;
    private bool _woken;
    private bool _hasUnread;
    private TimeSpan _pause;

    private int Partition => (int)this.GetPrimaryKeyLong();

    private LiveFeed Live => _live ??= new(SendLive, time, log);

    public Task Wake()
    {
        _woken = _hasUnread = true;
        _wake.TrySetResult();
        if (_draining.IsCompleted && !_leaving.Task.IsCompleted) _draining = Drain();
        return Task.CompletedTask;
    }

    public Task<TimeSpan> Follow(TimeSpan period) => Task.FromResult(Live.Follow(period));

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
            if (!_woken) await NextWake();
            if (_leaving.Task.IsCompleted) break;

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
        _hasUnread = false;
        var events = await outbox.Advance(Partition, published, BatchLimit);
        if (events.Count == 0)
        {
            Recovered();
            return [];
        }

        Live.Tell(events);
        var acknowledged = await Publish(events);
        Live.Forget(acknowledged);
        if (acknowledged.Count < events.Count || events.Count == BatchLimit) _woken = true;   // there are others
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

    /// <summary>Publishes the events. Followers are told of what comes meanwhile, where that takes long.</summary>
    private async Task<IReadOnlyList<long>> Publish(IReadOnlyList<OutboxEvent> events)
    {
        var publishing = publisher.Publish(events);
        while (Live.IsFollowed && !publishing.IsCompleted)
        {
            using var enough = new CancellationTokenSource();
            await Task.WhenAny(publishing, Task.Delay(LookPause, time, enough.Token));
            await enough.CancelAsync();
            if (!publishing.IsCompleted && _hasUnread) await LookAhead();
        }

        return await publishing;
    }

    /// <summary>Only for those who follow: the rows are read again when it is their turn to be published.</summary>
    private async Task LookAhead()
    {
        _hasUnread = false;
        try
        {
            Live.Tell(await outbox.Advance(Partition, published: [], BatchLimit));
        }
        catch (Exception)
        {
            // Whoever follows reads it later; that the database is away is said where it matters.
        }
    }

    private Task SendLive(LiveChanges item)
    {
        _liveStream ??= this.GetStreamProvider(LiveStreams.Provider).GetStream<LiveChanges>(StreamId.Create(LiveStreams.Namespace, Partition));
        return _liveStream.OnNextAsync(item);
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

    /// <summary>Waits until there may be more to publish, or what was published has waited long enough.</summary>
    private async Task NextWake()
    {
        _wake = new();
        await Task.WhenAny(Task.Delay(ForgettingPause, time), _wake.Task, _leaving.Task);
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
