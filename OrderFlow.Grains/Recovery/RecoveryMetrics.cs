using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrderFlow.Recovery;

/// <summary>What recovery has to do, counted by whichever silo it runs on.</summary>
internal sealed class RecoveryMetrics
{
    /// <summary>The meter of all that is counted of orders.</summary>
    public const string MeterName = "OrderFlow.Orders";

    private readonly TimeProvider _time;
    private readonly Counter<long> _resumed;
    private readonly Counter<long> _rows;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _caughtUp = new(StringComparer.Ordinal);

    public RecoveryMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(MeterName);
        _resumed = meter.CreateCounter<long>(
            "orderflow.recovery.resumed", "{order}", "Orders that were left lying and were taken up again; result: finished, or left for the next look.");
        _rows = meter.CreateCounter<long>("orderflow.recovery.rows", "{row}", "Rows that a job of recovery has dealt with.");
        meter.CreateObservableGauge("orderflow.recovery.lag", Lags, "s", "How long ago a job of recovery last had nothing left that was due.");
    }

    public void Resumed(bool finished) => _resumed.Add(1, Result(finished));

    /// <summary>A job has dealt with so many rows.</summary>
    public void Worked(string job, int rows) => _rows.Add(rows, Job(job));

    /// <summary>A job has nothing left that is due; where it runs from now on here, that counts as such.</summary>
    public void CaughtUp(string job) => _caughtUp[job] = _time.GetUtcNow();

    /// <summary>Recovery runs elsewhere from now on.</summary>
    public void Forget() => _caughtUp.Clear();

    /// <summary>Tells that nothing was counted yet: a counter that appears with its first order has no rate that an alert could see.</summary>
    public void StartAtZero()
    {
        foreach (var finished in new[] { true, false }) _resumed.Add(0, Result(finished));
    }

    private IEnumerable<Measurement<double>> Lags() =>
        _caughtUp.Select(job => new Measurement<double>(Math.Max(0, (_time.GetUtcNow() - job.Value).TotalSeconds), Job(job.Key)));

    private static KeyValuePair<string, object?> Result(bool finished) => new("result", finished ? "finished" : "left");

    private static KeyValuePair<string, object?> Job(string job) => new("recovery.job", job);
}
