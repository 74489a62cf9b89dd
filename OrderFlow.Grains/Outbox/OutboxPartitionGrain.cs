using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrderFlow.Live;
using Orleans.Streams;

namespace OrderFlow.Outbox;

/// <inheritdoc cref="IOutboxPartitionGrain"/>
/// <remarks>
/// Deletes rows once Kafka has acknowledged them. After a crash in between they are published again with the same ids: delivery is at least once.
/// Retries while Kafka or the database is unavailable; an event that Kafka does not acknowledge holds back its own order only.
/// Live followers get an event as soon as it is read, before Kafka does.
/// </remarks>
[GrainType("outbox-partition")]
internal sealed partial class OutboxPartitionGrain(
    IOutbox outbox, IEventPublisher publisher, OutboxRelayStatus status, TimeProvider time, ILogger<OutboxPartitionGrain> log) : Grain, IOutboxPartitionGrain
{
    /// <summary>The maximum number of published rows that wait to be deleted.</summary>
    private const int MaxPublished = OutboxReadSchedule.PageSize;

    /// <summary>A rejected event is logged after this many attempts: by then, events that were rejected only because of their batch are published.</summary>
    private const int RejectionsUntilLogged = 5;

    /// <summary>The maximum number of unknown types that are logged.</summary>
    private const int MaxUnknownTypes = 100;

    /// <summary>How long published rows wait for the next read, which deletes them in the same round trip.</summary>
    private static readonly TimeSpan DeleteDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the loop checks whether something is due while rows are unacknowledged.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly long _startedAt = time.GetTimestamp();
    private readonly ConcurrentQueue<(OutboxEvent Event, PublishFailure? Failure)> _reports = new();
    private readonly UnpublishedEvents _events = new();
    private readonly OutboxReadSchedule _reads = new();
    private readonly HashSet<string> _unknownTypes = [];
    private readonly Outage _readingPaused = new();
    private TaskCompletionSource _signal = NewSignal();
    private LiveFeed? _live;
    private IAsyncStream<LiveChanges>? _liveStream;
    private Task _draining = Task.CompletedTask;
    private List<long> _published = [];
    private TimeSpan _publishedAt;
    private bool _isDeactivating;

    private int Partition => (int)this.GetPrimaryKeyLong();

    private LiveFeed Live => _live ??= new(SendLive, time, log);

    private TimeSpan Now => time.GetElapsedTime(_startedAt);

    public Task Wake()
    {
        _reads.Wake();
        _signal.TrySetResult();
        if (_draining.IsCompleted && !_isDeactivating) _draining = Drain();
        return Task.CompletedTask;
    }

    public Task<TimeSpan> Follow(TimeSpan period) => Task.FromResult(Live.Follow(period));

    /// <summary>Waits for acknowledgements that are about to arrive, so that the partition's next grain does not publish these events again.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isDeactivating = true;
        _signal.TrySetResult();
        await _draining.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        status.Remove(Partition);
    }

    private async Task Drain()
    {
        while (!_isDeactivating && (_reads.IsPending || _events.Rows > 0 || _published.Count > 0))
        {
            TakeReports();
            Publish();
            if (IsRoundTripDue()) await ReadAndDelete();
            else await Wait();
        }

        // Events in flight to unresponsive partitions, as all soon count, are left to the partition's next grain.
        while (_events.InFlight(Now) > 0)
        {
            await Wait();
            TakeReports();
        }

        if (_published.Count > 0) await DeletePublished();
    }

    private void TakeReports()
    {
        var now = Now;
        while (_reports.TryDequeue(out var report))
        {
            var (outboxEvent, failure) = report;
            if (_events.CompleteSend(outboxEvent.Seq, failure, now, Random.Shared.NextDouble()))
            {
                if (_published.Count == 0) _publishedAt = now;
                _published.Add(outboxEvent.Seq);
                Live.Remove([outboxEvent.Seq]);
            }
            else if (failure is { IsRejection: true } && _events.FailuresOf(outboxEvent.OrderId) == RejectionsUntilLogged)
            {
                LogRejected(outboxEvent.Id, outboxEvent.Seq, failure.Reason);
            }
        }

        foreach (var seq in _events.Overdue(now)) _events.CompleteSend(seq, new("no delivery report in time", IsRejection: false), now, Random.Shared.NextDouble());
        status.Report(Partition, _events);
        if (_events.IsFull && _readingPaused.Begin()) LogFull(Partition, _events.Rows);
        if (!_events.IsFull && _readingPaused.End()) LogNotFull(Partition);
    }

    private void Publish()
    {
        foreach (var outboxEvent in _events.TakeReady(Now))
        {
            try
            {
                publisher.Publish(outboxEvent, failure => Report(outboxEvent, failure));
            }
            catch (Exception error)
            {
                Report(outboxEvent, new($"{error.GetType().Name}: {error.Message}", IsRejection: false));
            }
        }
    }

    /// <summary>Called on any thread.</summary>
    private void Report(OutboxEvent outboxEvent, PublishFailure? failure)
    {
        _reports.Enqueue((outboxEvent, failure));
        Volatile.Read(ref _signal).TrySetResult();
    }

    private bool IsRoundTripDue()
    {
        var now = Now;
        return now >= _reads.NotBefore && (_reads.IsDue(_events, now)
            || _events.ToReload(now).Count > 0
            || _published.Count >= MaxPublished
            || (_published.Count > 0 && now - _publishedAt >= DeleteDelay));
    }

    /// <summary>Deletes the published rows, and reads the next ones, in one round trip.</summary>
    private async Task ReadAndDelete()
    {
        var began = Now;
        var reload = _events.ToReload(began).ToList();
        var read = _reads.Begin(_events, began);
        try
        {
            var page = await outbox.Advance(Partition, _published, reload, read.After, read.Limit, read.AsOf);
            if (_reads.Failures > 0) LogRecovered(Partition);
            _published = [];
            Live.Remove(_events.Reload(reload, page.Reloaded, publisher.KafkaPartitionOf, Now));
            _reads.Complete(page, Add(page.Next), began, Now);
        }
        catch (Exception error)
        {
            if (_reads.Failures == 0) LogFailed(Partition, error.GetType().Name, error.FullMessage());
            _reads.Fail(Now);   // the published rows stay in the list, and the next attempt deletes them
        }
    }

    /// <summary>Adds the rows that are new. Returns how many.</summary>
    private int Add(IReadOnlyList<OutboxEvent> rows)
    {
        var now = Now;
        var added = 0;
        var known = new List<OutboxEvent>(rows.Count);
        foreach (var row in rows)
        {
            var kafkaPartition = publisher.KafkaPartitionOf(row);
            if (!_events.Add(row, kafkaPartition, now)) continue;

            added++;
            if (kafkaPartition is not null) known.Add(row);
            else if (_unknownTypes.Count < MaxUnknownTypes && _unknownTypes.Add(row.Type)) LogUnknown(row.Seq, row.Id, row.Type);
        }

        Live.Publish(known);
        return added;
    }

    private Task SendLive(LiveChanges item)
    {
        _liveStream ??= this.GetStreamProvider(LiveStreams.Provider).GetStream<LiveChanges>(StreamId.Create(LiveStreams.Namespace, Partition));
        return _liveStream.OnNextAsync(item);
    }

    private async Task DeletePublished()
    {
        try
        {
            await outbox.Advance(Partition, _published, reload: [], after: 0, limit: 0);
            _published = [];
        }
        catch (Exception error)
        {
            LogFailed(Partition, error.GetType().Name, error.FullMessage());   // they are published again
        }
    }

    /// <summary>Waits for a delivery report, a wake, or the time at which something may be due.</summary>
    private async Task Wait()
    {
        var signal = NewSignal();
        Volatile.Write(ref _signal, signal);
        Interlocked.MemoryBarrier();   // later reports see the new signal, earlier ones are in the queue
        if (!_reports.IsEmpty) return;

        var untilRead = _reads.NotBefore - Now;
        var timeout = untilRead > TimeSpan.Zero && untilRead < PollInterval ? untilRead : PollInterval;
        await signal.Task.WaitAsync(timeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox partition {Partition} cannot be read or deleted from; the relay will retry. {Error}: {Reason}")]
    private partial void LogFailed(int partition, string error, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Outbox partition {Partition} can be read again")]
    private partial void LogRecovered(int partition);

    [LoggerMessage(Level = LogLevel.Error, Message = "Kafka rejects event {EventId} (outbox row {Seq}); the relay retries it about every 30 s, and later events of its order wait. {Reason}")]
    private partial void LogRejected(string eventId, long seq, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox row {Seq} ({EventId}) has the type '{Type}', which this version does not know; it and others of the type wait for a version that does, and so do later events of their orders")]
    private partial void LogUnknown(long seq, string eventId, string type);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox partition {Partition} has {Rows} unacknowledged events, the maximum; it is read no further until Kafka acknowledges some")]
    private partial void LogFull(int partition, int rows);

    [LoggerMessage(Level = LogLevel.Information, Message = "Outbox partition {Partition} is read again")]
    private partial void LogNotFull(int partition);
}
