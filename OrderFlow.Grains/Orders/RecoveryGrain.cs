using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderFlow.Telemetry;

namespace OrderFlow.Orders;

/// <summary>Rows that only answer or refuse what can no longer come: deleted orders, released reservations and used <c>Idempotency-Key</c>s.</summary>
internal interface ITombstones
{
    /// <summary>Removes at most a bounded number of each; returns how many went.</summary>
    Task<int> Sweep(DateTimeOffset ordersDeletedBefore, DateTimeOffset reservationsReleasedBefore, DateTimeOffset keysUsedBefore);
}

/// <inheritdoc cref="IRecoveryGrain"/>
/// <remarks>A timer does the work; the reminder only brings the grain back on another silo when its own is lost.</remarks>
[GrainType("recovery")]
internal sealed partial class RecoveryGrain(
    IOrderIndex index,
    ITombstones tombstones,
    IOrderCounts counts,
    IGrainFactory grains,
    TimeProvider time,
    RecoveryMetrics metrics,
    IOptions<RecoveryOptions> options,
    ILogger<RecoveryGrain> log) : Grain, IRecoveryGrain, IRemindable
{
    private const string Reminder = "recovery";

    /// <summary>The shortest that Orleans allows; the pings of the silos bring recovery back sooner.</summary>
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    /// <summary>How much longer than its key a deleted order stays: whoever has just read the key may be on the way to place the order again.</summary>
    private static readonly TimeSpan OutlivingKeys = TimeSpan.FromMinutes(1);

    private readonly RecoveryOptions _options = options.Value;
    private long _lastId;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(Recover, new GrainTimerCreationOptions(_options.Interval, _options.Interval) { KeepAlive = true, Interleave = true });
        await this.RegisterOrUpdateReminder(Reminder, ReminderPeriod, ReminderPeriod, cancellationToken);
    }

    public Task Ping() => Task.CompletedTask;

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    private async Task Recover(CancellationToken cancellationToken)
    {
        try
        {
            await ResumeUnfinished(cancellationToken);
            await SweepTombstones();
            await counts.Fold();
        }
        catch (Exception error)
        {
            LogFailed(error);   // the next look tries again
        }
    }

    /// <summary>Goes through the unfinished orders in turns, so that orders that cannot go on do not keep the others from it.</summary>
    private async Task ResumeUnfinished(CancellationToken cancellationToken)
    {
        var ids = await index.FindUnfinished(time.GetUtcMilliseconds() - _options.Interval, _lastId, _options.OrdersAtOnce);
        _lastId = ids.Count < _options.OrdersAtOnce ? 0 : ids[^1];
        if (ids.Count == 0) return;

        var finished = 0;
        await Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellationToken, TaskScheduler = TaskScheduler.Current },
            async (id, _) =>
            {
                using var span = Traces.GoOn(Traces.Recover, ActivityKind.Internal, from: null);   // a trace of its own
                try
                {
                    await grains.GetGrain<IOrderGrain>(id).Resume();
                    finished++;
                    metrics.Resumed(finished: true);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    metrics.Resumed(finished: false);   // the order's own grain has said why
                    span.Fail(error.Message);
                }
            });
        LogResumed(ids.Count, finished);
    }

    private async Task SweepTombstones()
    {
        var now = time.GetUtcMilliseconds();
        var swept = await tombstones.Sweep(
            now - _options.KeepDeletedOrders - OutlivingKeys, now - _options.KeepReleasedReservations, now - _options.KeepIdempotencyKeys);
        if (swept > 0) LogSwept(swept);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Orders} orders were left lying; {Finished} of them went on")]
    private partial void LogResumed(int orders, int finished);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Rows} rows of deleted orders, released reservations and used keys were swept")]
    private partial void LogSwept(int rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recovery could not look for orders left lying; it will look again")]
    private partial void LogFailed(Exception error);
}
