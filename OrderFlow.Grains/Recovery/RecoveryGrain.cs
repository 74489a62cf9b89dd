using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderFlow.Orders;
using OrderFlow.Telemetry;

namespace OrderFlow.Recovery;

/// <inheritdoc cref="IRecoveryGrain"/>
/// <remarks>
/// Timers do the work, one for each job, so that none waits for another or fails with it; the reminder only brings the grain back on another silo when its own is lost.
/// </remarks>
[GrainType("recovery")]
internal sealed partial class RecoveryGrain(
    IUnsettledOrders unfinished,
    ITombstones tombstones,
    IOrderCounts counts,
    IEnumerable<IClusterMeasurement> measurements,
    IGrainFactory grains,
    TimeProvider time,
    RecoveryMetrics metrics,
    IOptions<RecoveryOptions> options,
    ILogger<RecoveryGrain> log) : Grain, IRecoveryGrain, IRemindable
{
    private const string Reminder = "recovery";

    /// <summary>The shortest that Orleans allows; the pings of the silos bring recovery back sooner.</summary>
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How much longer than its key a deleted order stays: whoever has just read the key may be on the way to place the order again. A key that is older is not
    /// gone by, also where it is still to be swept (<see cref="IdempotencyGrain"/>), so that neither sweep waits for the other, but for keys that 1.0.0 has kept.
    /// </summary>
    private static readonly TimeSpan OutlivingKeys = TimeSpan.FromMinutes(1);

    private readonly RecoveryOptions _options = options.Value;
    private long _lastId;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // First: an activation that fails is not told that it ends, and what it showed would stay.
        await this.RegisterOrUpdateReminder(Reminder, ReminderPeriod, ReminderPeriod, cancellationToken);
        foreach (var (name, runBatch) in Jobs())
        {
            metrics.CaughtUp(name);
            var job = new RecoveryJob(name, runBatch, budget: _options.Interval, time, metrics, log);
            this.RegisterGrainTimer(job.Run, new GrainTimerCreationOptions(_options.Interval, _options.Interval) { KeepAlive = true, Interleave = true });
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        metrics.Forget();
        foreach (var measurement in measurements) measurement.Forget();
        return Task.CompletedTask;
    }

    public Task Ping() => Task.CompletedTask;

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    private IEnumerable<(string Name, Func<CancellationToken, Task<Batch>> RunBatch)> Jobs()
    {
        yield return ("resume orders", ResumeUnfinished);
        yield return ("sweep deleted orders", _ => tombstones.SweepOrders(Now - _options.DeletedOrderRetention - OutlivingKeys));
        yield return ("sweep released reservations", _ => tombstones.SweepReservations(Now - _options.ReleasedReservationRetention));
        yield return ("sweep used keys", _ => tombstones.SweepKeys(Now - _options.IdempotencyKeyRetention));
        yield return ("add up numbers of orders", _ => counts.MergeChanges());
        foreach (var measurement in measurements) yield return (measurement.Name, cancellationToken => Measure(measurement, cancellationToken));
    }

    private DateTimeOffset Now => time.GetUtcMilliseconds();

    private static async Task<Batch> Measure(IClusterMeasurement measurement, CancellationToken cancellationToken)
    {
        await measurement.Measure(cancellationToken);
        return new(Rows: 0, IsFull: false);
    }

    /// <summary>Goes through the unfinished orders in turns, so that orders that cannot go on do not keep the others from it.</summary>
    private async Task<Batch> ResumeUnfinished(CancellationToken cancellationToken)
    {
        var ids = await unfinished.FindStalled(Now - _options.Interval, _lastId, _options.BatchSize);
        var isFull = ids.Count == _options.BatchSize;
        _lastId = isFull ? ids[^1] : 0;
        if (ids.Count == 0) return new(Rows: 0, isFull);

        var finished = 0;
        await Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancellationToken, TaskScheduler = TaskScheduler.Current },
            async (id, _) =>
            {
                using var span = Traces.Continue(Traces.Recover, ActivityKind.Internal, from: null);   // a trace of its own
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
        return new(ids.Count, isFull && finished > 0);   // where none went on, the next would not either: that is for the next run
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Recovery resumed {Orders} stalled orders; {Finished} of them could go on")]
    private partial void LogResumed(int orders, int finished);
}
