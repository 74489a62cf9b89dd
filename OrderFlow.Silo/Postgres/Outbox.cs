using System.Globalization;
using Npgsql;
using OrderFlow.Outbox;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="IOutbox"/>
/// <param name="rows">Connections that look rows up by key.</param>
/// <param name="queries">Connections for what takes longer, which no order waits for.</param>
internal sealed class Outbox(NpgsqlDataSource rows, NpgsqlDataSource queries) : IOutbox
{
    /// <summary>Rows that are counted at most: to count costs more the more there are.</summary>
    public const int CountLimit = 100_000;

    private const string Delete = "DELETE FROM outbox WHERE seq = ANY ($1)";

    // Always from the first row on, never beyond the last one seen: numbers are given before rows are committed, so a lower one may come later.
    private const string ReadNext = """
        SELECT seq, id, aggregateid, type, payload::text, occurred_at, traceparent, tracestate FROM outbox
        WHERE partition = $1 ORDER BY seq LIMIT $2
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

    public async Task<IReadOnlyList<OutboxEvent>> Advance(int partition, IReadOnlyList<long> published, int limit)
    {
        await using var batch = rows.CreateBatch();
        if (published.Count > 0) batch.Command(Delete).With(published.ToArray());
        if (limit > 0) batch.Command(ReadNext).With((short)partition).With(limit);

        await using var found = await batch.ExecuteReaderAsync();
        var events = new List<OutboxEvent>();
        while (limit > 0 && await found.ReadAsync())
        {
            events.Add(new(
                found.GetInt64(0),
                found.GetString(1),
                long.Parse(found.GetString(2), CultureInfo.InvariantCulture),
                found.GetString(3),
                found.GetString(4),
                found.GetTime(5),
                TraceContext.Of(found.GetStringOrNull(6), found.GetStringOrNull(7))));
        }

        return events;
    }
}

/// <summary>Events that are not known to be published.</summary>
/// <param name="Rows">How many, up to <see cref="Outbox.CountLimit"/>.</param>
/// <param name="Oldest">When the first of them occurred; null where there are none.</param>
internal sealed record OutboxBacklog(long Rows, DateTimeOffset? Oldest);
