using System.Diagnostics.Metrics;
using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// How many orders are not settled, and for how long the oldest has not been, looked up now and then in the index of those orders alone. Every silo looks:
/// it is cheap, and no silo's loss leaves a gap.
/// </summary>
internal sealed class PendingOrders(
    IMeterFactory meters, OrderMetrics orders, RecoveryMetrics recovery, NpgsqlDataSource database, TimeProvider time) : PeriodicLook(time)
{
    /// <summary>Orders that are counted at most: to count costs more the more there are.</summary>
    public const int CountLimit = 10_000;

    private volatile Pending _pending = new(0, null);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        orders.StartAtZero();
        recovery.StartAtZero();
        var meter = meters.Create(OrderMetrics.MeterName);
        meter.CreateObservableGauge("orderflow.orders.pending", () => _pending.Count, "{order}", "Orders that are neither settled nor cancelled.");
        meter.CreateObservableGauge("orderflow.orders.pending.oldest_age", () => AgeOf(_pending.Since).TotalSeconds, "s", "How long the oldest of them has been pending.");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task Look(CancellationToken cancellationToken)
    {
        // An order that was reopened has been pending since then: its last change of status.
        await using var command = database.CreateCommand("""
            SELECT count(*), min(coalesce((transitions -> -1 ->> 'at')::timestamptz, updated_at))
            FROM (SELECT transitions, updated_at FROM orders
                  WHERE (status = 'pending' OR releasing) AND status = 'pending' AND deleted_at IS NULL ORDER BY id LIMIT $1) AS pending
            """).With(CountLimit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        _pending = new(row.GetInt64(0), row.GetTimeOrNull(1));
    }

    private sealed record Pending(long Count, DateTimeOffset? Since);
}
