using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrderFlow.Orders;
using OrderFlow.Telemetry;

namespace OrderFlow.Recovery;

/// <inheritdoc cref="IExpiryGrain"/>
[GrainType("expiry")]
internal sealed class ExpiryGrain(
    IExpiredOrders expired, IGrainFactory grains, TimeProvider time, RecoveryMetrics metrics, IOptions<OrderOptions> options, ILogger<ExpiryGrain> log)
    : Grain, IExpiryGrain
{
    /// <summary>The most orders that one batch cancels.</summary>
    public const int BatchSize = 1_000;

    private const string Job = "expire orders";

    /// <summary>The most orders that are cancelled at the same time: their writes share commits.</summary>
    private const int Concurrency = 128;

    /// <summary>How far the clock of a silo may be behind that of Postgres.</summary>
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromSeconds(5);

    private ExpiredOrder? _last;
    private Exception? _failure;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        metrics.CaughtUp(Job);
        var interval = options.Value.ExpiryInterval;
        var job = new RecoveryJob(Job, ExpireBatch, budget: interval, time, metrics, log);
        this.RegisterGrainTimer(job.Run, new GrainTimerCreationOptions(interval, interval) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        metrics.Clear([Job]);
        return Task.CompletedTask;
    }

    public Task Ping() => Task.CompletedTask;

    /// <summary>
    /// Expires the orders that follow the last batch, so that orders that cannot be cancelled now do not hold up the others.
    /// Throws at the end of a round through all of them if there was one: the job logs that, and does not count as caught up.
    /// </summary>
    private async Task<Batch> ExpireBatch(CancellationToken cancellationToken)
    {
        if (_last is null) _failure = null;
        var batch = await expired.Find(_last, BatchSize);
        var isFull = batch.Count == BatchSize;
        _last = isFull ? batch[^1] : null;

        var rows = 0;
        await Parallel.ForEachAsync(
            batch,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken, TaskScheduler = TaskScheduler.Current },
            async (order, _) =>
            {
                using var span = Traces.Continue(Traces.Expire, ActivityKind.Internal, from: null);   // a trace of its own
                try
                {
                    if (await grains.GetGrain<IOrderFulfilmentGrain>(order.Id).Expire()) rows++;
                    else if (order.Late > MaxClockDifference) _failure ??= new InvalidOperationException("Its time has come by the clock of Postgres, but not by that of its silo");
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    _failure ??= error;   // found again by a later run
                    span.Fail(error.Message);
                }
            });
        if (isFull || _failure is null) return new(rows, isFull);

        metrics.Processed(Job, rows);
        throw new InvalidOperationException("An order could not be cancelled", _failure);
    }
}
