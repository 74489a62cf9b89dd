using System.Diagnostics.Metrics;

namespace OrderFlow.Api.Cluster;

/// <summary>How calls into the cluster stand at the moment, as the meter <c>OrderFlow.Api</c>.</summary>
internal sealed class ClusterClientMetrics(IMeterFactory meters, AdaptiveConcurrencyLimiter room, ClusterWay way) : IHostedService
{
    public const string MeterName = "OrderFlow.Api";

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("orderflow.api.calls.active", () => room.Active, "{call}", "Calls into the cluster that go on.");
        meter.CreateObservableGauge("orderflow.api.calls.limit", () => room.Limit, "{call}", "How many calls into the cluster may go on at once.");
        meter.CreateObservableGauge("orderflow.api.calls.queued", () => way.Waiting, "{call}", "Calls that wait for their turn, or to be tried again.");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
