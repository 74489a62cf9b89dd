using Confluent.Kafka;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Silo.Notifications;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>
/// Passes a consumed message to its notification grain. Returns once the grain has answered or the message is in <c>order.dead-letter</c>: while Redis, the cluster
/// or Kafka is unavailable it retries, and dead-letters nothing.
/// </summary>
internal sealed partial class OrderEventHandler(
    IGrainFactory grains,
    KafkaProducer producer,
    EventMetrics metrics,
    SkippedEvents skipped,
    EnabledEvents enabled,
    IOptions<NotificationOptions> options,
    TimeProvider time,
    ILogger<OrderEventHandler> log)
{
    /// <summary>A message whose handling fails so often, for another reason than an outage, is dead-lettered.</summary>
    public const int MaxFailures = 5;

    /// <summary>How long a message waits before it is logged.</summary>
    private static readonly TimeSpan LogDelay = TimeSpan.FromSeconds(1);

    private static readonly ExponentialBackoff Backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    private int _waiting;

    /// <summary>Handles a message.</summary>
    /// <param name="consumed">The message.</param>
    /// <param name="lost">Cancelled when the message's partition is lost.</param>
    /// <exception cref="OperationCanceledException">The partition was lost before the message was handled.</exception>
    public async Task Handle(ConsumeResult<byte[], byte[]> consumed, CancellationToken lost)
    {
        using var span = EventTraces.StartProcess(consumed);
        var (notice, error) = OrderEventReader.Read(consumed.Topic, consumed.Message.Value, CloudEventHeaders.TypeOf(consumed.Message.Headers));
        error ??= await Notify(notice!, CloudEventHeaders.TimeOf(consumed.Message), lost);
        if (error is not null)
        {
            span.Fail(error);
            await DeadLetter(consumed, error, lost);
        }

        metrics.Consumed(consumed.Topic);
    }

    /// <summary>Returns null once the grain has answered or the event is skipped; the error where the message is to be dead-lettered.</summary>
    private async Task<string?> Notify(OrderNotice notice, DateTimeOffset? occurredAt, CancellationToken lost)
    {
        var grain = grains.GetGrain<INotificationGrain>(StatelessWorkerKeys.ForOrder(notice.OrderId));
        var failures = 0;
        string? permanentError = null;
        await RetryUntilDone("notifications cannot be queued", async () =>
        {
            if (Skip(notice.EventType, occurredAt)) return true;
            try
            {
                await grain.Notify(notice).WaitAsync(lost);
                return true;
            }
            catch (Exception error) when (!lost.IsCancellationRequested)
            {
                if (IsTransient(error) || ++failures < MaxFailures) return false;
                permanentError = $"{error.GetType().Name}: {error.Message}";
                return true;
            }
        }, lost);
        return permanentError;
    }

    /// <summary>Checked before each attempt: an event grows older while notifications cannot be queued.</summary>
    private bool Skip(string type, DateTimeOffset? occurredAt)
    {
        if (EventAge.SkipReasonFor(occurredAt, enabled.EnabledAt(type), options.Value.MaxEventAge, time.GetUtcNow()) is not { } reason) return false;

        skipped.Add(type, reason);
        return true;
    }

    private async Task DeadLetter(ConsumeResult<byte[], byte[]> consumed, string reason, CancellationToken lost)
    {
        var letter = new DeadLetterMessage(consumed, reason);
        await RetryUntilDone($"{Topics.DeadLetter} cannot be written", async () =>
        {
            if (await producer.Send(Topics.DeadLetter, letter.ToMessage()) is not { } failure) return true;
            if (failure.IsPermanent) letter.Shrink(failure.Reason);
            return false;
        }, lost);
        metrics.DeadLettered(consumed.Topic);
        LogDeadLettered(consumed.Topic, consumed.Partition.Value, consumed.Offset.Value, new(letter.Reason));
    }

    private async Task RetryUntilDone(string outage, Func<Task<bool>> isDone, CancellationToken lost)
    {
        var began = time.GetTimestamp();
        var isCounted = false;
        try
        {
            for (var attempt = 1; !await isDone(); attempt++)
            {
                if (!isCounted && time.GetElapsedTime(began) > LogDelay)
                {
                    isCounted = true;
                    if (Interlocked.Increment(ref _waiting) == 1) LogWaiting(outage);
                }

                await Task.Delay(Backoff.DelayAfter(attempt), time, lost);
            }
        }
        finally
        {
            if (isCounted && Interlocked.Decrement(ref _waiting) == 0) LogNotWaiting();
        }
    }

    private static bool IsTransient(Exception error) => error is UnavailableException or OrleansException or TimeoutException
        or OperationCanceledException or ObjectDisposedException;   // a silo cancelled the call, or stops

    [LoggerMessage(LogLevel.Warning, "Consumed events wait and are retried: {Reason}")]
    private partial void LogWaiting(string reason);

    [LoggerMessage(LogLevel.Information, "No consumed event waits any more")]
    private partial void LogNotWaiting();

    [LoggerMessage(LogLevel.Error, "Message {Topic}/{Partition}/{Offset} can never be handled and was moved to order.dead-letter: {Reason}")]
    private partial void LogDeadLettered(string topic, int partition, long offset, LogSafeText reason);
}
