using System.Globalization;
using Npgsql;
using OrderFlow.Outbox;
using OrderFlow.Silo.Postgres;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Outbox;

/// <inheritdoc cref="IOutbox"/>
/// <param name="rows">Connections for reads and writes by key.</param>
/// <param name="queries">Connections for slower queries, which no order waits for.</param>
internal sealed class OutboxTable(NpgsqlDataSource rows, NpgsqlDataSource queries) : IOutbox
{
    /// <summary>The most rows that are counted: counting costs more the more there are.</summary>
    public const int CountLimit = 100_000;

    private const string Delete = "DELETE FROM outbox WHERE seq = ANY ($1)";

    private const string Columns = "seq, id, aggregateid, type, payload::text, occurred_at, traceparent, tracestate, aggregatetype";

    private const string Reload = $"SELECT {Columns} FROM outbox WHERE seq = ANY ($1)";

    private const string SnapshotEnd = "(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint)";

    // A row gets its seq before it commits, so a lower seq may appear later, until the transactions that the snapshot returned here shows as running have ended.
    // xmin is the low half of a transaction id: the highest such id below the snapshot's end. A row of a savepoint would show early; none is written in one.
    private const string ReadNext = $"""
        SELECT {Columns},
          (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint), {SnapshotEnd},
          (SELECT pg_current_snapshot()::text)
        FROM outbox WHERE partition = $1 AND seq > $2
          AND ($4::text IS NULL OR pg_visible_in_snapshot(({SnapshotEnd} - (({SnapshotEnd} - xmin::text::bigint) & 4294967295))::text::xid8, (SELECT $4::text::pg_snapshot)))
        ORDER BY seq LIMIT $3
        """;

    /// <summary>Counts the rows that wait to be published, of orders and of products.</summary>
    public async Task<OutboxBacklog> Measure(CancellationToken cancellationToken) => await queries.CreateCommand("""
        SELECT (SELECT count(*) FROM (SELECT FROM outbox UNION ALL SELECT FROM stock_outbox LIMIT $1) AS waiting),
          LEAST((SELECT occurred_at FROM outbox ORDER BY seq LIMIT 1), (SELECT occurred_at FROM stock_outbox ORDER BY seq LIMIT 1))
        """).With(CountLimit).ReadRows(cancellationToken).Select(row => new OutboxBacklog(row.GetInt64(0), row.GetTimeOrNull(1))).SingleAsync(cancellationToken);

    public async Task<OutboxPage> Advance(int partition, IReadOnlyList<long> published, IReadOnlyList<long> reload, long after, int limit, string? asOf = null)
    {
        if (published.Count + reload.Count + limit == 0) return new([], []);

        await using var batch = rows.CreateBatch();
        if (published.Count > 0) batch.Command(Delete).With(published.ToArray());
        if (reload.Count > 0) batch.Command(Reload).With(reload.ToArray());
        if (limit > 0) batch.Command(ReadNext).With((short)partition).With(after).With(limit).With(asOf);

        await using var found = await batch.ExecuteReaderAsync();
        var reloaded = new List<OutboxEvent>(reload.Count);
        while (reload.Count > 0 && await found.ReadAsync()) reloaded.Add(EventOf(found));
        if (reload.Count > 0 && limit > 0) await found.NextResultAsync();

        var (next, oldestRunning, nextStarting, snapshot) = (new List<OutboxEvent>(limit), 0L, 0L, (string?)null);
        while (limit > 0 && await found.ReadAsync())
        {
            next.Add(EventOf(found));
            (oldestRunning, nextStarting, snapshot) = (found.GetInt64(9), found.GetInt64(10), found.GetString(11));
        }

        return new(reloaded, next, oldestRunning, nextStarting, snapshot);
    }

    /// <summary>A row that is of no order gets a unique negative number as its order: it waits for no other row, and no other row for it.</summary>
    private static OutboxEvent EventOf(NpgsqlDataReader row)
    {
        var seq = row.GetInt64(0);
        var isOfOrder = long.TryParse(row.GetString(2), NumberStyles.None, CultureInfo.InvariantCulture, out var orderId)
            && orderId > 0 && row.GetString(8) == OutboxRow.AggregateType;
        return new(
            seq,
            row.GetString(1),
            isOfOrder ? orderId : -seq,
            row.GetString(3),
            row.GetString(4),
            row.GetTime(5),
            TraceContext.Of(row.GetStringOrNull(6), row.GetStringOrNull(7)));
    }
}
