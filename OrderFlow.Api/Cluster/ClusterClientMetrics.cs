using System.Diagnostics.Metrics;

namespace OrderFlow.Api.Cluster;

/// <summary>Gauges of calls into the cluster, in the meter <c>OrderFlow.Api</c>.</summary>
internal sealed class ClusterClientMetrics(IMeterFactory meters, AdaptiveConcurrencyLimiter limiter) : IHostedService
{
    public const string MeterName = "OrderFlow.Api";

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("orderflow.api.calls.active", () => limiter.Active, "{call}", "Calls into the cluster that are running.");
        meter.CreateObservableGauge("orderflow.api.calls.limit", () => limiter.Limit, "{call}", "How many calls into the cluster may run at once.");
        meter.CreateObservableGauge("orderflow.api.calls.queued", () => limiter.Queued, "{call}", "Calls that wait for a permit or for their retry.");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
