using System.Data.Common;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Notifications;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka;

/// <summary>
/// Reads the events that customers are told of, as a member of the group that all silos form, and gives each to <see cref="OrderEventHandler"/>. Many are on
/// their way at once; a partition is committed only up to the lowest one that is not dealt with, so that a message is never lost and may come again.
/// </summary>
internal sealed partial class OrderEventConsumer(
    OrderEventHandler handler,
    ConsumedPartitions partitions,
    EventSwitch eventSwitch,
    ConnectivityCheck check,
    KafkaState state,
    IOptions<KafkaOptions> options,
    IOptions<NotificationOptions> events,
    IOptions<SiloOptions> silo,
    ILogger<OrderEventConsumer> log) : BackgroundService
{
    /// <summary>How long the loop waits for a message, or for room, before it looks after its partitions again.</summary>
    private static readonly TimeSpan LookAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>So many bytes are fetched at once, or what there is after so long: else each event would cost a request of its own.</summary>
    private const int WorthFetching = 16 * 1024;
    private static readonly TimeSpan FetchWithin = TimeSpan.FromMilliseconds(50);

    /// <summary>How many messages, and how much of them, the client reads ahead of what is consumed.</summary>
    private const int FetchedAhead = 5_000;
    private const int FetchedAheadKbytes = 16 * 1024;

    /// <summary>How long leaving the group may take: without Kafka the client would try for most of a minute, and the silo has more to finish.</summary>
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan CommitInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _room = new(options.Value.MaxInFlight);
    private volatile string? _trouble;

    /// <summary>Why events cannot be read; null while they can.</summary>
    public string? Trouble => _trouble;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await check.Passed.WaitAsync(stoppingToken);
        await Task.Factory.StartNew(   // a thread of its own: the client's calls block
            () => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LeaveWithin);
        await base.StopAsync(limit.Token);
    }

    public override void Dispose()
    {
        base.Dispose();
        _room.Dispose();
    }

    private void Run(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                eventSwitch.Settle().GetAwaiter().GetResult();
                using var consumer = Build();
                consumer.Subscribe(events.Value.EventTopics);
                Consume(consumer, stoppingToken);
                consumer.Close();   // hands the partitions over, and commits
            }
            catch (Exception error) when (error is KafkaException or DbException or InvalidOperationException)   // the last for settings the client cannot use
            {
                Fail(error.Message);
                stoppingToken.WaitHandle.WaitOne(PauseAfterError);
            }
            finally
            {
                partitions.DropAll();
            }
        }
    }

    private void Consume(IConsumer<byte[], byte[]> consumer, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            partitions.StoreProgressIfDue(consumer);
            if (!TakeRoom(consumer, stoppingToken)) return;

            var isTaken = false;
            try
            {
                isTaken = BeginNext(consumer);
            }
            finally
            {
                if (!isTaken) _room.Release();   // also where the client is broken: the one that replaces it needs all the room there is
            }
        }
    }

    /// <summary>Begins to handle the next message, which gives the room back when it is done. False where there is none.</summary>
    private bool BeginNext(IConsumer<byte[], byte[]> consumer)
    {
        var consumed = TryConsume(consumer, LookAfter);
        if (consumed is null || partitions.Find(consumed.TopicPartition) is not { } partition) return false;

        partition.Offsets.Begin(consumed.Offset.Value);
        Handle(consumed, partition).Ignore();
        return true;
    }

    /// <summary>
    /// Where as many are on their way as may be, the partitions are paused: the group must go on hearing of this member, but no message may come.
    /// False where the silo stops.
    /// </summary>
    private bool TakeRoom(IConsumer<byte[], byte[]> consumer, CancellationToken stoppingToken)
    {
        if (_room.Wait(LookAfter, CancellationToken.None)) return true;

        consumer.Pause(consumer.Assignment);
        while (!_room.Wait(LookAfter, CancellationToken.None))
        {
            if (stoppingToken.IsCancellationRequested) return false;
            if (TryConsume(consumer, TimeSpan.Zero) is { } early) PutBack(consumer, early);
            partitions.StoreProgressIfDue(consumer);
        }

        consumer.Resume(consumer.Assignment);
        return true;
    }

    /// <summary>A partition that was assigned during the pause was not paused yet.</summary>
    private static void PutBack(IConsumer<byte[], byte[]> consumer, ConsumeResult<byte[], byte[]> early)
    {
        consumer.Pause([early.TopicPartition]);
        consumer.Seek(early.TopicPartitionOffset);
    }

    private ConsumeResult<byte[], byte[]>? TryConsume(IConsumer<byte[], byte[]> consumer, TimeSpan within)
    {
        try
        {
            var consumed = consumer.Consume(within);
            if (consumed is not null) _trouble = null;
            return consumed;
        }
        catch (ConsumeException error) when (!error.Error.IsFatal)
        {
            Fail(error.Error.Reason);
            return null;
        }
    }

    private void Fail(string reason)
    {
        if (_trouble is null) LogFailed(reason);
        _trouble = reason;
    }

    private async Task Handle(ConsumeResult<byte[], byte[]> consumed, ConsumedPartition partition)
    {
        try
        {
            await handler.Handle(consumed, partition.Lost);
            partition.Offsets.Finish(consumed.Offset.Value);
        }
        catch (Exception error) when (!partition.Lost.IsCancellationRequested)
        {
            LogLeft(consumed.Topic, consumed.Partition.Value, consumed.Offset.Value, error);   // not committed: it comes again after the next start
        }
        finally
        {
            _room.Release();
        }
    }

    private IConsumer<byte[], byte[]> Build()
    {
        var config = new ConsumerConfig(options.Value.Client($"orderflow-{silo.Value.SiloName}"))
        {
            GroupId = options.Value.GroupId,
            GroupProtocol = options.Value.GroupProtocol,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoOffsetStore = false,   // what is stored is what was dealt with; the client commits it
            EnableAutoCommit = true,
            AutoCommitIntervalMs = (int)CommitInterval.TotalMilliseconds,
            FetchMinBytes = WorthFetching,
            FetchWaitMaxMs = (int)FetchWithin.TotalMilliseconds,
            QueuedMinMessages = FetchedAhead,
            QueuedMaxMessagesKbytes = FetchedAheadKbytes,
        };
        return new ConsumerBuilder<byte[], byte[]>(config)
            .SetPartitionsAssignedHandler((consumer, assigned) =>
            {
                _trouble = null;
                partitions.Assigned(assigned);
                return eventSwitch.Starts(consumer, assigned);
            })
            .SetPartitionsRevokedHandler(partitions.Revoked)
            .SetPartitionsLostHandler((_, lost) => partitions.Lost(lost))
            .SetErrorHandler((_, error) => state.Explain(error))
            .SetLogHandler((_, line) => KafkaLog.Pass(log, line))
            .Build();
    }

    [LoggerMessage(LogLevel.Error, "{Topic}/{Partition}/{Offset} is left undone, and nothing behind it is committed")]
    private partial void LogLeft(string topic, int partition, long offset, Exception error);

    [LoggerMessage(LogLevel.Warning, "Events cannot be read, and it is tried again: {Reason}")]
    private partial void LogFailed(string reason);
}
