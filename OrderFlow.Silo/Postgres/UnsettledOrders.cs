using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="IUnsettledOrders"/>
/// <remarks>
/// Each order was unsettled once, so the index of those has an entry of each that was not vacuumed away since. A scan of all of them is as frequent as it is cheap;
/// those between begin a little below where the last has found the first.
/// </remarks>
internal sealed class UnsettledOrders(NpgsqlDataSource database, TimeProvider time) : IUnsettledOrders
{
    /// <summary>The most orders that are counted: to count costs more the more there are.</summary>
    public const int MaxCounted = 10_000;

    /// <summary>How far below the highest id an order may still be placed: ids are handed out in blocks, to several APIs at once.</summary>
    public const int IdsInUse = 10_000;

    /// <summary>Scans of everything take at most this part of the time, but there is one a minute.</summary>
    private const double FullScanShare = 0.01;

    /// <summary>An order with another status is a newer version's to resume.</summary>
    private static readonly string[] KnownStatuses = [.. OrderStatusNames.Known.Select(OrderStatusNames.ToWireName)];

    private readonly ScanFloor<long> _floor = new(lowest: 0, time);

    public async Task<IReadOnlyList<long>> FindStalled(DateTimeOffset quietSince, long afterId, int limit)
    {
        // IS TRUE keeps the planner from an index by status, which holds every order there ever was.
        await using var command = database.CreateCommand("""
            SELECT id FROM orders
            WHERE (status = 'pending' OR releasing) AND id > $1 AND updated_at < $2 AND (status = ANY ($4)) IS TRUE
            ORDER BY id LIMIT $3
            """)
            .With(Math.Max(afterId, _floor.Value)).With(quietSince).With((long)limit).With(KnownStatuses);
        await using var rows = await command.ExecuteReaderAsync();
        var ids = new List<long>();
        while (await rows.ReadAsync()) ids.Add(rows.GetInt64(0));
        return ids;
    }

    /// <summary>How many orders are pending, and since when the oldest of them has been.</summary>
    public async Task<PendingBacklog> MeasurePending(CancellationToken cancellationToken)
    {
        var from = _floor.Value;
        var began = time.GetTimestamp();

        // An order that was reopened has been pending since then: its last change of status. One that is not as this program writes it hides no other order.
        await using var command = database.CreateCommand("""
            WITH unfinished AS MATERIALIZED (
              SELECT id, status = 'pending' AND deleted_at IS NULL AS is_pending,
                CASE WHEN at ~ '^20[0-9][0-9]-(0[1-9]|1[0-2])-[0-9][0-9]T([01][0-9]|2[0-3])(:[0-5][0-9]){2}([.][0-9]{1,9})?Z$'
                  THEN overlay(at PLACING '01' FROM 9)::timestamptz + (substr(at, 9, 2)::integer - 1) * interval '24 hours'   -- a day that the month has not is no error
                  ELSE updated_at END AS since
              FROM orders, LATERAL (SELECT transitions -> -1 ->> 'at') AS last (at)
              WHERE (status = 'pending' OR releasing) AND id > $1 ORDER BY id LIMIT $2)
            SELECT count(*) FILTER (WHERE is_pending), min(since) FILTER (WHERE is_pending), min(id), (SELECT max(id) FROM orders) FROM unfinished
            """).With(from).With((long)MaxCounted);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        long? first = row.IsDBNull(2) ? null : row.GetInt64(2) - 1;
        var recent = row.IsDBNull(3) ? 0 : Math.Max(0, row.GetInt64(3) - IdsInUse);
        _floor.Raise(from, Math.Min(first ?? recent, recent), time.GetElapsedTime(began) / FullScanShare);
        return new(row.GetInt64(0), row.GetTimeOrNull(1));
    }
}

/// <summary>Orders that are pending.</summary>
/// <param name="Count">How many, up to <see cref="UnsettledOrders.MaxCounted"/>.</param>
/// <param name="Oldest">Since when the oldest has been; null where there is none.</param>
internal sealed record PendingBacklog(long Count, DateTimeOffset? Oldest);
