using System.Diagnostics;
using DbUp;
using DbUp.Engine;
using Npgsql;

namespace OrderFlow.Silo.Postgres.Migrations;

/// <summary>Runs migration scripts, each whole or not at all (but for <c>….batches.sql</c>), and retries each until it gets its locks.</summary>
/// <param name="connection">The connection that holds the migration lock.</param>
/// <param name="settings">The connection string.</param>
/// <param name="database">The name of the database in logs and errors.</param>
/// <param name="timeout">How long a script that does not get its locks is retried.</param>
/// <param name="commandTimeout">How long one statement may take; those of <c>….batches.sql</c> and <c>….concurrent.sql</c> as long as they need.</param>
/// <param name="log">The log.</param>
internal sealed partial class ScriptRunner(
    NpgsqlConnection connection, NpgsqlConnectionStringBuilder settings, string database, TimeSpan timeout, TimeSpan commandTimeout, ILogger log)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long one attempt waits for a lock, with all writes of that table behind it: well below the 10 s of a grain call, and above Postgres'
    /// deadlock_timeout, after which Postgres cancels a blocking autovacuum.
    /// </summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The delay between two attempts; longer than one, so that the writes behind it get through.</summary>
    private static readonly TimeSpan LockRetryDelay = TimeSpan.FromSeconds(4);

    /// <summary>How long one statement of a script may take.</summary>
    public static readonly TimeSpan DefaultCommandTimeout = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The ending of scripts that fill rows in: one <c>DO</c> statement that commits batch by batch, so that no transaction grows with the table; how long it
    /// takes does, so it has no timeout. A failed run leaves the batches that it committed; the next one must find what is missing.
    /// </summary>
    private const string BatchesSuffix = ".batches.sql";

    private const string JournalTable = "schema_migrations";

    /// <summary>Runs the scripts that the database does not have yet, in order.</summary>
    /// <exception cref="MigrationException">A script failed or did not get its locks in time; those before it stay applied.</exception>
    public async Task RunMissing(IReadOnlyList<SqlScript> scripts, CancellationToken cancellation)
    {
        foreach (var script in await FindMissing(scripts, cancellation)) await Run(script, cancellation);
    }

    private async Task<List<SqlScript>> FindMissing(IReadOnlyList<SqlScript> scripts, CancellationToken cancellation)
    {
        await using var postgres = NpgsqlDataSource.Create(settings);
        try
        {
            return await Task.Run(Engine(postgres, scripts, inTransaction: true, commandTimeout).GetScriptsToExecute, cancellation);
        }
        catch (NpgsqlException failure)
        {
            throw new MigrationException($"Cannot read which migrations {database} has: {failure.Message}", failure);
        }
    }

    private async Task Run(SqlScript script, CancellationToken cancellation)
    {
        var blockers = new MigrationBlockers(connection);
        var started = Stopwatch.GetTimestamp();
        while (await TryRun(script, blockers, cancellation) is { } failure)
        {
            if (Stopwatch.GetElapsedTime(started) + LockRetryDelay >= timeout)
            {
                throw new MigrationException(
                    $"Migration {script.Name} of {database} failed: it did not get a lock within {timeout.TotalSeconds:0.#} s; the lock is held by {blockers.Last ?? "sessions that have ended"}.",
                    failure);
            }

            await Task.Delay(LockRetryDelay, cancellation);
        }

        LogApplied(script.Name, database);
    }

    /// <returns>Null where the script was applied; else the transient error for which it was rolled back.</returns>
    private async Task<Exception?> TryRun(SqlScript script, MigrationBlockers blockers, CancellationToken cancellation)
    {
        var isConcurrent = ConcurrentIndex.IsCreatedBy(script);
        var isInBatches = script.Name.EndsWith(BatchesSuffix, StringComparison.Ordinal);
        if (isConcurrent) await ConcurrentIndex.DropInvalid(script, connection, cancellation);

        await using var postgres = NpgsqlDataSource.Create(isConcurrent ? settings : WithLockTimeout());
        var blocksWrites = !isConcurrent && !isInBatches;   // what does not may take longer the larger its table is
        var running = Task.Run(Engine(postgres, [script], inTransaction: blocksWrites, blocksWrites ? commandTimeout : TimeSpan.Zero).PerformUpgrade, cancellation);
        if (await blockers.Watch(running, cancellation) is { } found) LogBlocked(script.Name, database, found, LockRetryDelay.TotalSeconds, timeout.TotalSeconds);

        var result = await running.WaitAsync(cancellation);
        if (result.Successful) return null;
        if (result.Error is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected }) return result.Error;
        throw new MigrationException($"Migration {script.Name} of {database} failed: {result.Error.Message}", result.Error);
    }

    private NpgsqlConnectionStringBuilder WithLockTimeout() => new(settings.ConnectionString)
    {
        Options = $"{settings.Options} -c lock_timeout={LockTimeout.TotalMilliseconds:0}".Trim(),
        TcpKeepAlive = true,   // what has no timeout must not wait for a server that is gone
        TcpKeepAliveTime = 60,
    };

    private static UpgradeEngine Engine(NpgsqlDataSource postgres, IReadOnlyList<SqlScript> scripts, bool inTransaction, TimeSpan timeout)
    {
        var upgrade = DeployChanges.To
            .PostgresqlDatabase(new DbUp.Postgresql.PostgresqlConnectionManager(postgres))
            .WithScripts(scripts)
            .WithVariablesDisabled()  // in Postgres $name$ is a quote
            .WithExecutionTimeout(timeout)   // zero is none
            .JournalToPostgresqlTable(null, JournalTable)
            .LogToNowhere();
        return (inTransaction ? upgrade.WithTransactionPerScript() : upgrade.WithoutTransaction()).Build();
    }

    [LoggerMessage(LogLevel.Information, "Applied migration {Script} to {Database}.")]
    private partial void LogApplied(string script, string database);

    [LoggerMessage(LogLevel.Information, "Migration {Script} of {Database} waits for a lock that is held by {Blockers}; it is retried every {Seconds} s for up to {TimeoutSeconds} s.")]
    private partial void LogBlocked(string script, string database, string blockers, double seconds, double timeoutSeconds);
}
