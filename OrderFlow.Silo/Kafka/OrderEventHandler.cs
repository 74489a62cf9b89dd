using Confluent.Kafka;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Kafka;

/// <summary>
/// Takes one consumed message to its notification grain. It does not return before the grain has answered or the message lies in <c>order.dead-letter</c>:
/// Redis, the cluster or Kafka being away makes it wait, and poisons nothing.
/// </summary>
internal sealed partial class OrderEventHandler(
    IGrainFactory grains,
    KafkaProducer producer,
    EventMetrics counts,
    SkippedEvents skipped,
    EventSwitch eventSwitch,
    IOptions<NotificationOptions> options,
    TimeProvider time,
    ILogger<OrderEventHandler> log)
{
    /// <summary>How often a message is tried whose handling fails for no outage: then it is a fault that trying again does not cure.</summary>
    public const int FaultLimit = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>A single call that failed is nobody's business.</summary>
    private static readonly TimeSpan SayAfter = TimeSpan.FromSeconds(1);

    private int _waiting;

    /// <exception cref="OperationCanceledException">The partition is lost or the silo stops; the message is not dealt with.</exception>
    public async Task Handle(ConsumeResult<byte[], byte[]> consumed, CancellationToken lost)
    {
        using var span = EventTraces.Process(consumed);
        var (notice, objection) = OrderEventMessage.Read(consumed.Topic, consumed.Message.Value, CloudEventHeaders.TypeOf(consumed.Message.Headers));
        objection ??= await Notify(notice!, CloudEventHeaders.TimeOf(consumed.Message), lost);
        if (objection is not null)
        {
            span.Fail(objection);
            await Bury(consumed, objection, lost);
        }

        counts.Consumed(consumed.Topic);
    }

    /// <summary>Null once the grain has answered, or the event is not to be notified; the reason where the grain never will.</summary>
    private async Task<string?> Notify(OrderNotice notice, DateTimeOffset? occurredAt, CancellationToken lost)
    {
        var grain = grains.GetGrain<INotificationGrain>(StatelessWorkerKeys.ForOrder(notice.OrderId));
        var faults = 0;
        string? fault = null;
        await Repeat("notifications cannot be queued", async () =>
        {
            if (Skip(notice.EventType, occurredAt)) return true;
            try
            {
                await grain.Notify(notice).WaitAsync(lost);
                return true;
            }
            catch (Exception error) when (!lost.IsCancellationRequested && IsOutage(error))
            {
                return false;
            }
            catch (Exception error) when (!lost.IsCancellationRequested)
            {
                if (++faults < FaultLimit) return false;
                fault = $"{error.GetType().Name}: {error.Message}";
                return true;
            }
        }, lost);
        return fault;
    }

    /// <summary>Asked before each attempt: an event grows older while notifications cannot be queued.</summary>
    private bool Skip(string type, DateTimeOffset? occurredAt)
    {
        if (EventAge.Judge(occurredAt, eventSwitch.SwitchedOnAt(type), options.Value.MaxEventAge, time.GetUtcNow()) is not { } reason) return false;

        skipped.Add(type, reason);
        return true;
    }

    private async Task Bury(ConsumeResult<byte[], byte[]> consumed, string reason, CancellationToken lost)
    {
        var letter = new DeadLetterMessage(consumed, reason);
        await Repeat($"{Topics.DeadLetter} cannot be written", async () =>
        {
            if (await producer.Send(Topics.DeadLetter, letter.ToMessage()) is not { } failure) return true;
            if (failure.IsPermanent) letter.LeaveOut(failure.Reason);
            return false;
        }, lost);
        counts.DeadLettered(consumed.Topic);
        LogBuried(consumed.Topic, consumed.Partition.Value, consumed.Offset.Value, new(letter.Reason));
    }

    private async Task Repeat(string trouble, Func<Task<bool>> isDone, CancellationToken lost)
    {
        var began = time.GetTimestamp();
        var isSaid = false;
        var pause = FirstPause;
        try
        {
            while (!await isDone())
            {
                if (!isSaid && time.GetElapsedTime(began) > SayAfter)
                {
                    isSaid = true;
                    if (Interlocked.Increment(ref _waiting) == 1) LogWaiting(trouble);
                }

                await Task.Delay(pause, time, lost);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            }
        }
        finally
        {
            if (isSaid && Interlocked.Decrement(ref _waiting) == 0) LogGoingOn();
        }
    }

    private static bool IsOutage(Exception error) => error is UnavailableException or OrleansException or TimeoutException
        or OperationCanceledException or ObjectDisposedException;   // a silo gave the call up, or stops

    [LoggerMessage(LogLevel.Warning, "Consumed events wait: {Trouble}")]
    private partial void LogWaiting(string trouble);

    [LoggerMessage(LogLevel.Information, "No consumed event waits any more")]
    private partial void LogGoingOn();

    [LoggerMessage(LogLevel.Error, "{Topic}/{Partition}/{Offset} can never be handled and lies in order.dead-letter: {Reason}")]
    private partial void LogBuried(string topic, int partition, long offset, LogSafeText reason);
}
