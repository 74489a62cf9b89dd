using System.Diagnostics.Metrics;
using OrderFlow.Recovery;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Postgres;

/// <summary>How many orders are pending, and for how long the oldest has been. One silo looks for all, and it alone shows it.</summary>
internal sealed class PendingOrders(
    IMeterFactory meters, OrderMetrics orders, RecoveryMetrics recovery, UnsettledOrders unfinished, TimeProvider time) : IHostedService, IClusterMeasurement
{
    private volatile PendingBacklog? _backlog;

    public string Name => "measure pending orders";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        orders.StartAtZero();
        recovery.StartAtZero();
        var meter = meters.Create(OrderMetrics.MeterName);
        meter.CreateObservableGauge("orderflow.orders.pending", () => Shown(backlog => backlog.Count), "{order}", "Orders that are neither settled nor cancelled.");
        meter.CreateObservableGauge(
            "orderflow.orders.pending.oldest_age", () => Shown(backlog => time.AgeOf(backlog.Oldest).TotalSeconds), "s", "How long the oldest of them has been pending.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task Measure(CancellationToken cancellationToken) => _backlog = await unfinished.MeasurePending(cancellationToken);

    public void Forget() => _backlog = null;

    private IEnumerable<Measurement<T>> Shown<T>(Func<PendingBacklog, T> value)
        where T : struct => _backlog is { } backlog ? [new(value(backlog))] : [];
}
