using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres.Orders;

/// <inheritdoc cref="IUnsettledOrders"/>
/// <remarks>
/// Every order was unsettled once, so the index of unsettled orders holds dead entries until a vacuum. The cheaper a full scan is, the more often one runs;
/// scans between begin a little below the lowest order that the last one found.
/// </remarks>
internal sealed class UnsettledOrders(NpgsqlDataSource database, TimeProvider time) : IUnsettledOrders
{
    /// <summary>The most orders that are counted: counting costs more the more there are.</summary>
    public const int MaxCounted = 10_000;

    /// <summary>How far below the highest id an order may still be placed: several APIs take blocks of ids.</summary>
    public const int MaxIdsInFlight = 10_000;

    /// <summary>The largest share of the time that full scans take; one a minute runs in any case.</summary>
    private const double FullScanShare = 0.01;

    /// <summary>The statuses that this version resumes; others belong to a newer version.</summary>
    private static readonly string[] KnownStatuses = [.. OrderStatusNames.Known.Select(OrderStatusNames.ToWireName)];

    private readonly LowWatermark<long> _watermark = new(lowest: 0, time);

    public async Task<IReadOnlyList<long>> FindStalled(DateTimeOffset quietSince, long afterId, int limit) =>
        // IS TRUE keeps the planner off the index by status, which holds every order.
        await database.CreateCommand("""
            SELECT id FROM orders
            WHERE (status = 'pending' OR releasing OR consuming) AND id > $1 AND updated_at < $2 AND (status = ANY ($4)) IS TRUE
            ORDER BY id LIMIT $3
            """)
            .With(Math.Max(afterId, _watermark.Value)).With(quietSince).With((long)limit).With(KnownStatuses)
            .ReadRows().Select(row => row.GetInt64(0)).ToListAsync();

    /// <summary>Counts the pending orders and finds since when the oldest has been pending.</summary>
    public async Task<PendingBacklog> MeasurePending(CancellationToken cancellationToken)
    {
        var from = _watermark.Value;
        var began = time.GetTimestamp();

        // A reopened order is pending since its last change of status. A malformed transition falls back to updated_at, so that it hides no other order.
        await using var command = database.CreateCommand("""
            WITH unsettled AS MATERIALIZED (
              SELECT id, status = 'pending' AND deleted_at IS NULL AS is_pending,
                CASE WHEN at ~ '^20[0-9][0-9]-(0[1-9]|1[0-2])-[0-9][0-9]T([01][0-9]|2[0-3])(:[0-5][0-9]){2}([.][0-9]{1,9})?Z$'
                  THEN overlay(at PLACING '01' FROM 9)::timestamptz + (substr(at, 9, 2)::integer - 1) * interval '24 hours'   -- a day beyond the end of the month is no error
                  ELSE updated_at END AS since
              FROM orders, LATERAL (SELECT transitions -> -1 ->> 'at') AS last (at)
              WHERE (status = 'pending' OR releasing OR consuming) AND id > $1 ORDER BY id LIMIT $2)
            SELECT count(*) FILTER (WHERE is_pending), min(since) FILTER (WHERE is_pending), min(id), (SELECT max(id) FROM orders) FROM unsettled
            """).With(from).With((long)MaxCounted);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        long? first = row.IsDBNull(2) ? null : row.GetInt64(2) - 1;
        var recent = row.IsDBNull(3) ? 0 : Math.Max(0, row.GetInt64(3) - MaxIdsInFlight);
        _watermark.Raise(from, Math.Min(first ?? recent, recent), time.GetElapsedTime(began) / FullScanShare);
        return new(row.GetInt64(0), row.GetTimeOrNull(1));
    }
}

/// <summary>The pending orders.</summary>
/// <param name="Count">How many there are, up to <see cref="UnsettledOrders.MaxCounted"/>.</param>
/// <param name="Oldest">Since when the oldest has been pending; null where there is none.</param>
internal sealed record PendingBacklog(long Count, DateTimeOffset? Oldest);
