using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrderFlow.Recovery;

/// <summary>Counts what recovery does, on the silo that runs it.</summary>
internal sealed class RecoveryMetrics
{
    /// <summary>The meter of orders.</summary>
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
            "orderflow.recovery.resumed", "{order}", "Stalled orders that recovery resumed; result: settled, or stalled where that failed.");
        _rows = meter.CreateCounter<long>("orderflow.recovery.rows", "{row}", "Rows that a recovery job has processed.");
        meter.CreateObservableGauge("orderflow.recovery.lag", Lags, "s", "Time since a recovery job last had nothing left that was due.");
    }

    public void Resumed(bool settled) => _resumed.Add(1, Result(settled));

    public void Processed(string job, int rows) => _rows.Add(rows, Job(job));

    /// <summary>Notes that a job has nothing left that is due, or starts to run on this silo.</summary>
    public void CaughtUp(string job) => _caughtUp[job] = _time.GetUtcNow();

    /// <summary>Stops exporting lags of jobs that run on another silo from now on.</summary>
    public void Clear(IEnumerable<string> jobs)
    {
        foreach (var job in jobs) _caughtUp.TryRemove(job, out _);
    }

    /// <summary>Exports every result at zero: an alert misses the first increase of a counter that appears with it.</summary>
    public void StartAtZero()
    {
        foreach (var settled in new[] { true, false }) _resumed.Add(0, Result(settled));
    }

    private IEnumerable<Measurement<double>> Lags() =>
        _caughtUp.Select(job => new Measurement<double>(Math.Max(0, (_time.GetUtcNow() - job.Value).TotalSeconds), Job(job.Key)));

    private static KeyValuePair<string, object?> Result(bool settled) => new("result", settled ? "settled" : "stalled");

    private static KeyValuePair<string, object?> Job(string job) => new("recovery.job", job);
}
