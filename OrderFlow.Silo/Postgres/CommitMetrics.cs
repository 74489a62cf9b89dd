using System.Diagnostics.Metrics;

namespace OrderFlow.Silo.Postgres;

/// <summary>Metrics of group commit, by store: <c>orders</c> or <c>stock</c>.</summary>
internal sealed class CommitMetrics
{
    public const string MeterName = "OrderFlow.Postgres";

    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] };

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    };

    private readonly Histogram<int> _sizes;
    private readonly Histogram<double> _durations;

    public CommitMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _sizes = meter.CreateHistogram("orderflow.commit.batch.size", "{write}", "Writes that shared a transaction.", advice: Sizes);
        _durations = meter.CreateHistogram("orderflow.commit.duration", "s", "Time from when a write was queued until it was committed or refused.", advice: Seconds);
    }

    public void RecordBatch(string store, int writes) => _sizes.Record(writes, new KeyValuePair<string, object?>("store", store));

    public void RecordCommit(string store, TimeSpan duration) => _durations.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("store", store));
}
