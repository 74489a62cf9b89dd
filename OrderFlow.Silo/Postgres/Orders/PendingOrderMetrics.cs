using System.Diagnostics.Metrics;
using OrderFlow.Inventory;
using OrderFlow.Recovery;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Postgres.Orders;

/// <summary>Measures how many orders are pending, and for how long the oldest has been. One silo measures for the cluster, and only it exports the result.</summary>
internal sealed class PendingOrderMetrics(
    IMeterFactory meters, OrderMetrics orders, StockMetrics stock, RecoveryMetrics recovery, UnsettledOrders unsettled, TimeProvider time) : IHostedService, IClusterMeasurement
{
    private volatile PendingBacklog? _backlog;

    public string Name => "measure pending orders";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        orders.StartAtZero();
        stock.StartAtZero();
        recovery.StartAtZero();
        var meter = meters.Create(OrderMetrics.MeterName);
        meter.CreateObservableGauge("orderflow.orders.pending", () => Observe(backlog => backlog.Count), "{order}", "Orders that are neither settled nor cancelled.");
        meter.CreateObservableGauge(
            "orderflow.orders.pending.oldest_age", () => Observe(backlog => time.AgeOf(backlog.Oldest).TotalSeconds), "s", "How long the oldest of them has been pending.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task Measure(CancellationToken cancellationToken) => _backlog = await unsettled.MeasurePending(cancellationToken);

    public void Clear() => _backlog = null;

    private IEnumerable<Measurement<T>> Observe<T>(Func<PendingBacklog, T> value)
        where T : struct => _backlog is { } backlog ? [new(value(backlog))] : [];
}
