using System.Globalization;
using Npgsql;
using OrderFlow.Outbox;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="IOutbox"/>
internal sealed class Outbox(NpgsqlDataSource database) : IOutbox
{
    private const string Delete = "DELETE FROM outbox WHERE seq = ANY ($1)";

    // Always from the first row on, never beyond the last one seen: numbers are given before rows are committed, so a lower one may come later.
    private const string ReadNext = """
        SELECT seq, id, aggregateid, type, payload::text, occurred_at FROM outbox
        WHERE partition = $1 ORDER BY seq LIMIT $2
        """;

    /// <summary>What waits to be published.</summary>
    public async Task<OutboxBacklog> Measure()
    {
        await using var command = database.CreateCommand("SELECT count(*), (SELECT occurred_at FROM outbox ORDER BY seq LIMIT 1) FROM outbox");
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new(row.GetInt64(0), row.GetTimeOrNull(1));
    }

    public async Task<IReadOnlyList<OutboxEvent>> Advance(int partition, IReadOnlyList<long> published, int limit)
    {
        await using var batch = database.CreateBatch();
        if (published.Count > 0) batch.Command(Delete).With(published.ToArray());
        if (limit > 0) batch.Command(ReadNext).With((short)partition).With(limit);

        await using var rows = await batch.ExecuteReaderAsync();
        var events = new List<OutboxEvent>();
        while (limit > 0 && await rows.ReadAsync())
        {
            events.Add(new(
                rows.GetInt64(0),
                rows.GetString(1),
                long.Parse(rows.GetString(2), CultureInfo.InvariantCulture),
                rows.GetString(3),
                rows.GetString(4),
                rows.GetTime(5)));
        }

        return events;
    }
}

/// <summary>Events that are not known to be published.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Oldest">When the first of them occurred; null where there are none.</param>
internal sealed record OutboxBacklog(long Rows, DateTimeOffset? Oldest);
