using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrderFlow.Live;
using Orleans.Streams;

namespace OrderFlow.Outbox;

/// <inheritdoc cref="IOutboxPartitionGrain"/>
/// <remarks>
/// Rows are deleted once Kafka has acknowledged them. Whoever dies in between leaves them to be published again, with the same ids: the promise is at least once.
/// Kafka or the database being away only makes it wait, and what Kafka does not take holds back nothing but its own order.
/// Whoever follows orders live is told of what was read before Kafka is asked.
/// </remarks>
[GrainType("outbox-partition")]
internal sealed partial class OutboxPartitionGrain(
    IOutbox outbox, IEventPublisher publisher, OutboxRelayMetrics metrics, TimeProvider time, ILogger<OutboxPartitionGrain> log) : Grain, IOutboxPartitionGrain
{
    /// <summary>The most rows that are read at once, and the most that wait to be deleted.</summary>
    public const int BatchLimit = 500;

    /// <summary>A page with fewer new rows than this is followed by a pause, in which the next ones gather: a round trip then carries more than a few events.</summary>
    private const int SmallBatch = BatchLimit / 4;

    /// <summary>An event that was refused so often is worth a line. Those that were only sent with it get through by then.</summary>
    private const int RefusalsUntilLogged = 5;

    /// <summary>The most kinds of unknown rows that are named in the log.</summary>
    private const int MaxUnknownKinds = 100;

    private static readonly TimeSpan GatheringPause = TimeSpan.FromMilliseconds(50);

    /// <summary>How long what was published waits for the next wake, whose read deletes it in the same round trip.</summary>
    private static readonly TimeSpan ForgettingPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2);

    /// <summary>How often it is looked whether something is due while rows are held.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How often it is read from the lowest row on, a pass or, while more rows are held than a page has, a page: nothing is to rest on <see cref="OutboxScan"/>
    /// alone, and rows that were deleted cost a read as much as others for as long as an old snapshot may see them.
    /// </summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    /// <summary>Pages that only found what is held may take a fifth of the time.</summary>
    private const int PauseAfterWaste = 4;

    private readonly long _startedAt = time.GetTimestamp();
    private readonly ConcurrentQueue<(OutboxEvent Told, PublishFailure? Failure)> _answers = new();
    private readonly UnpublishedEvents _events = new();
    private readonly OutboxScan _scan = new();
    private readonly HashSet<string> _unknownKinds = [];
    private TaskCompletionSource _signal = NewSignal();
    private LiveFeed? _live;
    private IAsyncStream<LiveChanges>? _liveStream;
    private Task _draining = Task.CompletedTask;
    private List<long> _published = [];
    private TimeSpan _publishedAt;
    private TimeSpan _lookAt;
    private TimeSpan _sweepAt;
    private TimeSpan _wasted;
    private TimeSpan _pause;
    private long _sweptTo;
    private string? _sweptAsOf;
    private bool _isLeaving;
    private bool _isFull;
    private bool _woken;

    private int Partition => (int)this.GetPrimaryKeyLong();

    private LiveFeed Live => _live ??= new(SendLive, time, log);

    private TimeSpan Now => time.GetElapsedTime(_startedAt);

    public Task Wake()
    {
        _woken = true;
        _signal.TrySetResult();
        if (_draining.IsCompleted && !_isLeaving) _draining = Drain();
        return Task.CompletedTask;
    }

    public Task<TimeSpan> Follow(TimeSpan period) => Task.FromResult(Live.Follow(period));

    /// <summary>Waits for what Kafka is about to acknowledge, so that whoever takes the partition over does not publish it again.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isLeaving = true;
        _signal.TrySetResult();
        await _draining.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        metrics.Remove(Partition);
    }

    private async Task Drain()
    {
        while (!_isLeaving && (_woken || _scan.IsUnderWay || _events.Rows > 0 || _published.Count > 0))
        {
            TakeAnswers();
            Send();
            if (IsLookDue()) await Look();
            else await Wait();
        }

        // What is on its way to destinations that do not answer, these soon count among, is left to whoever comes next.
        while (_events.Busy(Now) > 0)
        {
            await Wait();
            TakeAnswers();
        }

        if (_published.Count > 0) await Forget();
    }

    private void TakeAnswers()
    {
        var now = Now;
        while (_answers.TryDequeue(out var answer))
        {
            var (told, failure) = answer;
            if (_events.Answer(told.Seq, failure, now, Random.Shared.NextDouble()))
            {
                if (_published.Count == 0) _publishedAt = now;
                _published.Add(told.Seq);
                Live.Forget([told.Seq]);
            }
            else if (failure is { IsOfEvent: true } && _events.FailuresOf(told.OrderId) == RefusalsUntilLogged)
            {
                LogRefused(told.Id, told.Seq, failure.Reason);
            }
        }

        foreach (var seq in _events.Overdue(now)) _events.Answer(seq, new("there was no answer", IsOfEvent: false), now, Random.Shared.NextDouble());
        metrics.Report(Partition, _events);
    }

    private void Send()
    {
        foreach (var told in _events.TakeReady(Now))
        {
            try
            {
                publisher.Publish(told, failure => Answered(told, failure));
            }
            catch (Exception error)
            {
                Answered(told, new($"{error.GetType().Name}: {error.Message}", IsOfEvent: false));
            }
        }
    }

    /// <summary>Called on any thread.</summary>
    private void Answered(OutboxEvent told, PublishFailure? failure)
    {
        _answers.Enqueue((told, failure));
        Volatile.Read(ref _signal).TrySetResult();
    }

    private bool IsLookDue()
    {
        var now = Now;
        return now >= _lookAt && (MayReadOn(now)
            || _events.ToLoad(now).Count > 0
            || _published.Count >= BatchLimit
            || (_published.Count > 0 && now - _publishedAt >= ForgettingPause)
            || IsSweepDue(now));
    }

    /// <summary>There may be more rows, and most of what was read before is answered.</summary>
    private bool MayReadOn(TimeSpan now)
    {
        if (_isFull != _events.IsFull)
        {
            _isFull = _events.IsFull;
            if (_isFull) LogFull(Partition, _events.Rows);
            else LogNotFull(Partition);
        }

        return (_woken || _scan.IsUnderWay) && !_isFull && _events.Busy(now) <= SmallBatch;
    }

    private bool IsSweepDue(TimeSpan now) => _events.Rows > BatchLimit && !_events.IsFull && now >= _sweepAt;

    /// <summary>Deletes what was published, and reads what there is to send, in one round trip.</summary>
    private async Task Look()
    {
        var began = Now;
        var again = _events.ToLoad(began).ToList();
        var isReading = MayReadOn(began);
        var isSweeping = !isReading && IsSweepDue(began);
        if (isReading && !_scan.IsUnderWay)
        {
            _woken = false;
            var isFromLowest = _events.Rows <= BatchLimit && began >= _sweepAt;
            if (isFromLowest) _sweepAt = began + SweepInterval;
            _scan.Begin(isFromLowest);
        }

        try
        {
            var (after, asOf) = isReading ? (_scan.After, _scan.Snapshot) : (_sweptTo, _sweptAsOf);
            var page = await outbox.Advance(Partition, _published, again, after, isReading || isSweeping ? BatchLimit : 0, asOf);
            _published = [];
            _pause = TimeSpan.Zero;
            Live.Forget(_events.Load(again, page.Again, publisher.DestinationOf, Now));
            var added = Add(page.Next);
            if (isSweeping) Swept(page);
            if (isReading) ReadOn(page, added, Now - began);
        }
        catch (Exception error)
        {
            BackOff(error);
        }
    }

    /// <summary>Holds the rows that are new. Returns how many that were.</summary>
    private int Add(IReadOnlyList<OutboxEvent> rows)
    {
        var now = Now;
        var added = 0;
        var told = new List<OutboxEvent>(rows.Count);
        foreach (var row in rows)
        {
            var destination = publisher.DestinationOf(row);
            if (!_events.Add(row, destination, now)) continue;

            added++;
            if (destination is not null) told.Add(row);
            else if (_unknownKinds.Count < MaxUnknownKinds && _unknownKinds.Add(row.Type)) LogUnknown(row.Seq, row.Id, row.Type);
        }

        Live.Tell(told);
        return added;
    }

    private void ReadOn(OutboxPage page, int added, TimeSpan took)
    {
        _scan.Read(page, BatchLimit);
        if (added == 0 && page.Next.Count == BatchLimit) _wasted += took;
        if (_scan.IsUnderWay) return;

        _lookAt = Now + (PauseAfterWaste * _wasted) + (added < SmallBatch ? GatheringPause : TimeSpan.Zero);
        _wasted = TimeSpan.Zero;
    }

    /// <summary>A sweep is as of its first page, as a pass of <see cref="OutboxScan"/> is.</summary>
    private void Swept(OutboxPage page)
    {
        (_sweptTo, _sweptAsOf) = page.Next.Count == BatchLimit ? (page.Next[^1].Seq, _sweptAsOf ?? page.Snapshot) : (0, null);
        _sweepAt = Now + SweepInterval;
    }

    private Task SendLive(LiveChanges item)
    {
        _liveStream ??= this.GetStreamProvider(LiveStreams.Provider).GetStream<LiveChanges>(StreamId.Create(LiveStreams.Namespace, Partition));
        return _liveStream.OnNextAsync(item);
    }

    /// <summary>The database failed: what was published stays known, and is deleted with the next try.</summary>
    private void BackOff(Exception error)
    {
        if (_pause == TimeSpan.Zero) LogFailed(Partition, error.GetType().Name, error.Message);
        _woken = true;
        _pause = _pause == TimeSpan.Zero ? FirstPause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, MaxPause.Ticks));
        _lookAt = Now + _pause;
    }

    private async Task Forget()
    {
        try
        {
            await outbox.Advance(Partition, _published, again: [], after: 0, limit: 0);
            _published = [];
        }
        catch (Exception error)
        {
            LogFailed(Partition, error.GetType().Name, error.Message);   // they are published again
        }
    }

    /// <summary>Waits for an answer of Kafka, a wake, or the time at which something may be due.</summary>
    private async Task Wait()
    {
        var signal = NewSignal();
        Volatile.Write(ref _signal, signal);
        Interlocked.MemoryBarrier();   // whoever answers from here on sees the new signal, and who did before has left his answer
        if (!_answers.IsEmpty) return;

        var untilLook = _lookAt - Now;
        var pause = untilLook > TimeSpan.Zero && untilLook < PollInterval ? untilLook : PollInterval;
        await signal.Task.WaitAsync(pause, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events of outbox partition {Partition} cannot be read or deleted, and will be tried again; {Error}: {Reason}")]
    private partial void LogFailed(int partition, string error, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {EventId} (outbox row {Seq}) is refused by Kafka and is tried again every half a minute; later events of its order wait for it. {Reason}")]
    private partial void LogRefused(string eventId, long seq, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox row {Seq} ({EventId}) and others of type '{Type}' are left to a version of OrderFlow that knows them; later events of their orders wait for them")]
    private partial void LogUnknown(long seq, string eventId, string type);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox partition {Partition} holds {Rows} events that Kafka does not take, and is read no further until some are acknowledged")]
    private partial void LogFull(int partition, int rows);

    [LoggerMessage(Level = LogLevel.Information, Message = "Outbox partition {Partition} is read on")]
    private partial void LogNotFull(int partition);
}
