using System.Data.Common;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Silo.Notifications;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>
/// Consumes the events that customers are notified of, as a member of the group that all silos form, and passes each to <see cref="OrderEventHandler"/>. Handles many
/// at once; commits a partition only up to its lowest message in flight, so that no message is lost and some may be redelivered.
/// </summary>
internal sealed partial class OrderEventConsumer(
    OrderEventHandler handler,
    ConsumedPartitions partitions,
    EnabledEvents enabled,
    ConnectivityCheck check,
    KafkaAvailability kafka,
    IOptions<KafkaOptions> options,
    IOptions<NotificationOptions> notifications,
    IOptions<SiloOptions> silo,
    ILogger<OrderEventConsumer> log) : BackgroundService
{
    /// <summary>How long the loop waits for a message or a permit before it stores offsets again.</summary>
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>A fetch waits for so many bytes, or so long: else each event would cost a request.</summary>
    private const int FetchMinBytes = 16 * 1024;
    private static readonly TimeSpan FetchMaxWait = TimeSpan.FromMilliseconds(50);

    private const int PrefetchedMessages = 5_000;
    private const int PrefetchedKbytes = 16 * 1024;

    /// <summary>How long leaving the group may take: without Kafka the client would try for most of a minute, and other services wait for it to stop.</summary>
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan CommitInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _permits = new(options.Value.MaxInFlight);
    private volatile string? _problem;

    /// <summary>Why events cannot be consumed; null while they can.</summary>
    public string? Problem => _problem;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await check.Passed.WaitAsync(stoppingToken);
        await Task.Factory.StartNew(   // a thread of its own: the client's calls block
            () => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(LeaveTimeout);
        await base.StopAsync(timeout.Token);
    }

    public override void Dispose()
    {
        base.Dispose();
        _permits.Dispose();
    }

    private void Run(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                enabled.ResolveStarts().GetAwaiter().GetResult();
                using var consumer = Build();
                consumer.Subscribe(notifications.Value.EventTopics);
                Consume(consumer, stoppingToken);
                consumer.Close();   // commits, and leaves the group
            }
            catch (Exception error) when (error is KafkaException or DbException or InvalidOperationException)   // the last for settings the client cannot use
            {
                Fail(error.Message);
                stoppingToken.WaitHandle.WaitOne(RetryDelay);
            }
            finally
            {
                partitions.RemoveAll();
            }
        }
    }

    private void Consume(IConsumer<byte[], byte[]> consumer, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            partitions.StoreOffsetsIfDue(consumer);
            if (!AcquirePermit(consumer, stoppingToken)) return;

            var isStarted = false;
            try
            {
                isStarted = StartNext(consumer);
            }
            finally
            {
                if (!isStarted) _permits.Release();   // also where the client breaks: its replacement needs all permits
            }
        }
    }

    /// <summary>Starts handling the next message, which releases the permit when it is done. False where there is no message.</summary>
    private bool StartNext(IConsumer<byte[], byte[]> consumer)
    {
        var consumed = TryConsume(consumer, PollTimeout);
        if (consumed is null || partitions.Find(consumed.TopicPartition) is not { } partition) return false;

        partition.Offsets.Start(consumed.Offset.Value);
        Handle(consumed, partition).Ignore();
        return true;
    }

    /// <summary>
    /// Waits for a permit, with the partitions paused: the client must be polled to stay in the group, but must return no message. False where the silo stops.
    /// </summary>
    private bool AcquirePermit(IConsumer<byte[], byte[]> consumer, CancellationToken stoppingToken)
    {
        if (_permits.Wait(PollTimeout, CancellationToken.None)) return true;

        consumer.Pause(consumer.Assignment);
        while (!_permits.Wait(PollTimeout, CancellationToken.None))
        {
            if (stoppingToken.IsCancellationRequested) return false;
            if (TryConsume(consumer, TimeSpan.Zero) is { } early) PutBack(consumer, early);
            partitions.StoreOffsetsIfDue(consumer);
        }

        consumer.Resume(consumer.Assignment);
        return true;
    }

    /// <summary>Returns a message of a partition that was assigned after the others were paused.</summary>
    private static void PutBack(IConsumer<byte[], byte[]> consumer, ConsumeResult<byte[], byte[]> early)
    {
        consumer.Pause([early.TopicPartition]);
        consumer.Seek(early.TopicPartitionOffset);
    }

    private ConsumeResult<byte[], byte[]>? TryConsume(IConsumer<byte[], byte[]> consumer, TimeSpan timeout)
    {
        try
        {
            var consumed = consumer.Consume(timeout);
            if (consumed is not null) _problem = null;
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
        if (_problem is null) LogFailed(reason);
        _problem = reason;
    }

    private async Task Handle(ConsumeResult<byte[], byte[]> consumed, ConsumedPartition partition)
    {
        try
        {
            await handler.Handle(consumed, partition.Lost);
            partition.Offsets.Complete(consumed.Offset.Value);
        }
        catch (Exception error) when (!partition.Lost.IsCancellationRequested)
        {
            LogNotHandled(consumed.Topic, consumed.Partition.Value, consumed.Offset.Value, error);   // not committed: redelivered after the next start
        }
        finally
        {
            _permits.Release();
        }
    }

    private IConsumer<byte[], byte[]> Build()
    {
        var config = options.Value.GroupClient($"orderflow-{silo.Value.SiloName}");
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        config.EnableAutoOffsetStore = false;   // offsets are stored once they are handled; the client commits them
        config.EnableAutoCommit = true;
        config.AutoCommitIntervalMs = (int)CommitInterval.TotalMilliseconds;
        config.FetchMinBytes = FetchMinBytes;
        config.FetchWaitMaxMs = (int)FetchMaxWait.TotalMilliseconds;
        config.QueuedMinMessages = PrefetchedMessages;
        config.QueuedMaxMessagesKbytes = PrefetchedKbytes;
        return new ConsumerBuilder<byte[], byte[]>(config)
            .SetPartitionsAssignedHandler((consumer, assigned) =>
            {
                _problem = null;
                partitions.Assigned(assigned);
                return enabled.StartOffsets(consumer, assigned);
            })
            .SetPartitionsRevokedHandler(partitions.Revoked)
            .SetPartitionsLostHandler((_, lost) => partitions.Lost(lost))
            .SetErrorHandler((_, error) => kafka.ReportError(error))
            .SetLogHandler((_, line) => KafkaLog.Write(log, line))
            .Build();
    }

    [LoggerMessage(LogLevel.Error, "Message {Topic}/{Partition}/{Offset} was not handled; its partition is not committed beyond it")]
    private partial void LogNotHandled(string topic, int partition, long offset, Exception error);

    [LoggerMessage(LogLevel.Warning, "Events cannot be consumed; the consumer will retry: {Reason}")]
    private partial void LogFailed(string reason);
}
