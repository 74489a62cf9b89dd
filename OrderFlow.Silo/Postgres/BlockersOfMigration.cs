using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>Finds out whose locks keep a migration waiting, while it waits: afterwards Postgres does not know.</summary>
/// <param name="connection">The connection that holds the migration lock, which has nothing else to do meanwhile.</param>
internal sealed class BlockersOfMigration(NpgsqlConnection connection)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>The most sessions that are named.</summary>
    private const int MaxNamed = 5;

    // Silos that wait for this one to have migrated do so at the advisory lock.
    private const string Find = """
        SELECT DISTINCT 'process ' || holder.pid || ' (' || coalesce(nullif(holder.application_name, ''), 'no application name')
          || coalesce(', in a transaction for ' || round(extract(epoch FROM now() - holder.xact_start)) || ' s', '') || ')'
        FROM pg_stat_activity waiting, unnest(pg_blocking_pids(waiting.pid)) AS blocker (pid), pg_stat_activity holder
        WHERE waiting.application_name = $1 AND waiting.datname = current_database() AND waiting.wait_event_type = 'Lock' AND waiting.wait_event <> 'advisory'
          AND holder.pid = blocker.pid
        LIMIT $2
        """;

    /// <summary>Whom the script waited for last; null where it never had to.</summary>
    public string? Last { get; private set; }

    /// <summary>Returns whom <paramref name="script"/> waits for as soon as it waits for somebody; null where it does not, or where that was returned before.</summary>
    public async Task<string?> Watch(Task script, CancellationToken cancellation)
    {
        while (await Task.WhenAny(script, Task.Delay(Interval, cancellation)) != script)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await FindBlockers() is not { } found) continue;
            var isFirst = Last is null;
            Last = found;
            return isFirst ? found : null;
        }

        return null;
    }

    private async Task<string?> FindBlockers()
    {
        try
        {
            await using var command = new NpgsqlCommand(Find, connection);
            command.With(DatabaseMigrations.ApplicationName).With((long)MaxNamed);
            await using var rows = await command.ExecuteReaderAsync();
            var found = new List<string>();
            while (await rows.ReadAsync()) found.Add(rows.GetString(0));
            return found.Count == 0 ? null : string.Join(", ", found);
        }
        catch (NpgsqlException)
        {
            return null;   // only the log is poorer for it
        }
    }
}
