using Npgsql;

namespace OrderFlow.Silo.Postgres.Migrations;

/// <summary>Finds the sessions whose locks a migration waits for, while it waits: afterwards Postgres no longer knows them.</summary>
/// <param name="connection">The connection that holds the migration lock and is idle meanwhile.</param>
internal sealed class MigrationBlockers(NpgsqlConnection connection)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>The most sessions that are named.</summary>
    private const int MaxNamed = 5;

    // Without waits for advisory locks: those are other silos that wait for this one to migrate.
    private const string FindBlockers = """
        SELECT DISTINCT 'process ' || holder.pid || ' (' || coalesce(nullif(holder.application_name, ''), 'no application name')
          || coalesce(', in a transaction for ' || round(extract(epoch FROM now() - holder.xact_start)) || ' s', '') || ')'
        FROM pg_stat_activity waiting, unnest(pg_blocking_pids(waiting.pid)) AS blocker (pid), pg_stat_activity holder
        WHERE waiting.application_name = $1 AND waiting.datname = current_database() AND waiting.wait_event_type = 'Lock' AND waiting.wait_event <> 'advisory'
          AND holder.pid = blocker.pid
        LIMIT $2
        """;

    /// <summary>The sessions that the script waited for last; null where it never waited.</summary>
    public string? Last { get; private set; }

    /// <summary>Waits until <paramref name="script"/> ends or first waits for a lock. Returns the blocking sessions in the second case, else null.</summary>
    public async Task<string?> Watch(Task script, CancellationToken cancellation)
    {
        while (await Task.WhenAny(script, Task.Delay(PollInterval, cancellation)) != script)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await Find() is not { } found) continue;
            var isFirst = Last is null;
            Last = found;
            return isFirst ? found : null;
        }

        return null;
    }

    private async Task<string?> Find()
    {
        try
        {
            var find = new NpgsqlCommand(FindBlockers, connection).With(DatabaseMigrations.ApplicationName).With((long)MaxNamed);
            var found = await find.ReadRows().Select(row => row.GetString(0)).ToListAsync();
            return found.Count == 0 ? null : string.Join(", ", found);
        }
        catch (NpgsqlException)
        {
            return null;   // only the log misses the names then
        }
    }
}
