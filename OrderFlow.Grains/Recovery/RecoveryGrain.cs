using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderFlow.Orders;
using OrderFlow.Telemetry;

namespace OrderFlow.Recovery;

/// <inheritdoc cref="IRecoveryGrain"/>
/// <remarks>
/// Each job has its own timer, so that none waits for another or fails with it. The reminder only reactivates the grain when its silo is lost.
/// </remarks>
[GrainType("recovery")]
internal sealed partial class RecoveryGrain(
    IUnsettledOrders unsettled,
    ITombstones tombstones,
    IOrderCounts counts,
    StockUpkeep stock,
    IEnumerable<IClusterMeasurement> measurements,
    IGrainFactory grains,
    TimeProvider time,
    RecoveryMetrics metrics,
    IOptions<RecoveryOptions> options,
    ILogger<RecoveryGrain> log) : Grain, IRecoveryGrain, IRemindable
{
    private const string Reminder = "recovery";

    /// <summary>The shortest that Orleans allows; the silos' pings reactivate the grain sooner.</summary>
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How much longer than its key a deleted order or an operation of an import is kept: a call that has just read the key may still use it. No sweep needs to
    /// wait for another, because expired keys are ignored, except those that 1.0.0 stored.
    /// </summary>
    private static readonly TimeSpan UsedKeyGrace = TimeSpan.FromMinutes(1);

    private readonly RecoveryOptions _options = options.Value;
    private long _lastId;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // First: a failed activation is never deactivated, so what it exported would stay.
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
        metrics.Clear(Jobs().Select(job => job.Name));
        foreach (var measurement in measurements) measurement.Clear();
        return Task.CompletedTask;
    }

    public Task Ping() => Task.CompletedTask;

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    private IEnumerable<(string Name, Func<CancellationToken, Task<Batch>> RunBatch)> Jobs()
    {
        yield return ("resume orders", ResumeStalled);
        yield return ("sweep deleted orders", _ => tombstones.SweepOrders(Now - _options.DeletedOrderRetention - UsedKeyGrace));
        yield return ("sweep released reservations", _ => tombstones.SweepReservations(Now - _options.ReleasedReservationRetention));
        yield return ("sweep used keys", _ => tombstones.SweepKeys(Now - _options.IdempotencyKeyRetention));
        yield return ("sweep operations of stock", _ => tombstones.SweepStockOperations(Now - _options.IdempotencyKeyRetention - UsedKeyGrace));
        yield return ("record changes of stock", stock.RecordChanges);
        yield return ("add up old movements of stock", _ => stock.FoldMovements(Now - _options.StockMovementRetention));
        yield return ("add up numbers of orders", _ => counts.MergeChanges());
        foreach (var measurement in measurements) yield return (measurement.Name, cancellationToken => Measure(measurement, cancellationToken));
    }

    private DateTimeOffset Now => time.GetUtcMilliseconds();

    private static async Task<Batch> Measure(IClusterMeasurement measurement, CancellationToken cancellationToken)
    {
        await measurement.Measure(cancellationToken);
        return new(Rows: 0, IsFull: false);
    }

    /// <summary>Resumes the stalled orders that follow the last batch by id, so that orders that cannot settle do not starve the others.</summary>
    private async Task<Batch> ResumeStalled(CancellationToken cancellationToken)
    {
        var ids = await unsettled.FindStalled(Now - _options.Interval, _lastId, _options.BatchSize);
        var isFull = ids.Count == _options.BatchSize;
        _lastId = isFull ? ids[^1] : 0;
        if (ids.Count == 0) return new(Rows: 0, isFull);

        var settled = 0;
        await Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancellationToken, TaskScheduler = TaskScheduler.Current },
            async (id, _) =>
            {
                using var span = Traces.Continue(Traces.Recover, ActivityKind.Internal, from: null);   // a trace of its own
                try
                {
                    await grains.GetGrain<IOrderGrain>(id).Resume();
                    settled++;
                    metrics.Resumed(settled: true);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    metrics.Resumed(settled: false);   // the order's own grain logs why
                    span.Fail(error.Message);
                }
            });
        LogResumed(settled, ids.Count);
        return new(ids.Count, isFull && settled > 0);   // where none settled, the next batch would not either: it waits for the next run
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Recovery settled {Settled} of {Stalled} stalled orders")]
    private partial void LogResumed(int settled, int stalled);
}
