using System.Globalization;
using Npgsql;
using OrderFlow.Outbox;
using OrderFlow.Silo.Postgres;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Outbox;

/// <inheritdoc cref="IOutbox"/>
/// <param name="rows">Connections that look rows up by key.</param>
/// <param name="queries">Connections for what takes longer, which no order waits for.</param>
internal sealed class OutboxTable(NpgsqlDataSource rows, NpgsqlDataSource queries) : IOutbox
{
    /// <summary>Rows that are counted at most: to count costs more the more there are.</summary>
    public const int CountLimit = 100_000;

    private const string Delete = "DELETE FROM outbox WHERE seq = ANY ($1)";

    private const string Columns = "seq, id, aggregateid, type, payload::text, occurred_at, traceparent, tracestate, aggregatetype";

    private const string ReadAgain = $"SELECT {Columns} FROM outbox WHERE seq = ANY ($1)";

    private const string Ending = "(SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint)";

    // Numbers are given before rows are committed, so a lower one may come later: the transactions say how long. All are of the snapshot that finds the rows.
    // xmin has the low half of a transaction's number, the last below the snapshot's end. A row within a savepoint would show early; none is written there.
    private const string ReadNext = $"""
        SELECT {Columns},
          (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint), {Ending},
          (SELECT pg_current_snapshot()::text)
        FROM outbox WHERE partition = $1 AND seq > $2
          AND ($4::text IS NULL OR pg_visible_in_snapshot(({Ending} - (({Ending} - xmin::text::bigint) & 4294967295))::text::xid8, (SELECT $4::text::pg_snapshot)))
        ORDER BY seq LIMIT $3
        """;

    /// <summary>What waits to be published.</summary>
    public async Task<OutboxBacklog> Measure(CancellationToken cancellationToken)
    {
        await using var command = queries.CreateCommand("""
            SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT $1) AS waiting), (SELECT occurred_at FROM outbox ORDER BY seq LIMIT 1)
            """).With(CountLimit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetInt64(0), row.GetTimeOrNull(1));
    }

    public async Task<OutboxPage> Advance(int partition, IReadOnlyList<long> published, IReadOnlyList<long> again, long after, int limit, string? asOf = null)
    {
        if (published.Count + again.Count + limit == 0) return new([], []);

        await using var batch = rows.CreateBatch();
        if (published.Count > 0) batch.Command(Delete).With(published.ToArray());
        if (again.Count > 0) batch.Command(ReadAgain).With(again.ToArray());
        if (limit > 0) batch.Command(ReadNext).With((short)partition).With(after).With(limit).With(asOf);

        await using var found = await batch.ExecuteReaderAsync();
        var readAgain = new List<OutboxEvent>(again.Count);
        while (again.Count > 0 && await found.ReadAsync()) readAgain.Add(EventOf(found));
        if (again.Count > 0 && limit > 0) await found.NextResultAsync();

        var (next, oldestRunning, nextStarting, snapshot) = (new List<OutboxEvent>(limit), 0L, 0L, (string?)null);
        while (limit > 0 && await found.ReadAsync())
        {
            next.Add(EventOf(found));
            (oldestRunning, nextStarting, snapshot) = (found.GetInt64(9), found.GetInt64(10), found.GetString(11));
        }

        return new(readAgain, next, oldestRunning, nextStarting, snapshot);
    }

    /// <summary>A row that is no order's gets a number of its own in the order's place: none is to wait for it, and it for none.</summary>
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

/// <summary>Events that are not known to be published.</summary>
/// <param name="Rows">How many, up to <see cref="OutboxTable.CountLimit"/>.</param>
/// <param name="Oldest">When the first of them occurred; null where there are none.</param>
internal sealed record OutboxBacklog(long Rows, DateTimeOffset? Oldest);
