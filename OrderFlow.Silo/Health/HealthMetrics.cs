using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrderFlow.Silo.Health;

/// <summary>Exposes the last result of every health check, so that one alert serves all of them.</summary>
internal sealed class HealthMetrics : IHealthCheckPublisher
{
    public const string MeterName = "OrderFlow.Health";

    /// <summary>How often the checks run for the metric, independent of probes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private volatile HealthReport? _last;

    public HealthMetrics(IMeterFactory meters) => meters.Create(MeterName)
        .CreateObservableGauge("orderflow.health.up", Measure, description: "1 while the health check is healthy; 0 while it is degraded or unhealthy.");

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        _last = report;
        return Task.CompletedTask;
    }

    private IEnumerable<Measurement<int>> Measure() =>
        from check in _last?.Entries ?? new Dictionary<string, HealthReportEntry>()
        select new Measurement<int>(check.Value.Status == HealthStatus.Healthy ? 1 : 0, new KeyValuePair<string, object?>("check", check.Key));
}
