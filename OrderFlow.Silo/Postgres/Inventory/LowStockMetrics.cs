using System.Diagnostics.Metrics;
using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <summary>Measures how many products are low. One silo measures for the cluster.</summary>
internal sealed class LowStockMetrics(IMeterFactory meters, NpgsqlDataSource database) : IHostedService, IClusterMeasurement
{
    private volatile LowStock? _measured;

    public string Name => "measure low stock";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        meters.Create(StockMetrics.MeterName).CreateObservableGauge(
            "orderflow.stock.low", () => _measured is { } measured ? [new Measurement<long>(measured.Products)] : Array.Empty<Measurement<long>>(), "{product}",
            "Products that have no more available units than their low-stock threshold.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task Measure(CancellationToken cancellationToken) =>
        _measured = new(await database.CreateCommand("SELECT count(*) FROM stock_items WHERE is_low AND archived_at IS NULL").ReadScalar<long>(cancellationToken));

    public void Clear() => _measured = null;

    private sealed record LowStock(long Products);
}
