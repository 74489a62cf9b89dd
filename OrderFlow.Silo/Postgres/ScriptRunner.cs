using System.Diagnostics;
using DbUp;
using DbUp.Engine;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>Runs migration scripts, each whole or not at all, and each until it has got its locks.</summary>
/// <param name="connection">The connection that holds the migration lock.</param>
/// <param name="settings">How to connect.</param>
/// <param name="database">What the log calls the database.</param>
/// <param name="deadline">How long a script is tried again for that does not get its locks.</param>
/// <param name="log">Who is told.</param>
internal sealed partial class ScriptRunner(NpgsqlConnection connection, NpgsqlConnectionStringBuilder settings, string database, TimeSpan deadline, ILogger log)
{
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a script waits for a lock at a time, and every write of that table behind it: well below the 10 s that a grain's call has, and above Postgres'
    /// deadlock_timeout, after which an autovacuum that is in the way is ended.
    /// </summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Between two such waits; longer than one, so that what has waited behind it gets through.</summary>
    private static readonly TimeSpan LockRetryDelay = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan ScriptTimeout = TimeSpan.FromMinutes(10);

    private const string JournalTable = "schema_migrations";

    /// <summary>Runs those of the scripts that the database has not seen, in their order.</summary>
    /// <exception cref="MigrationException">One failed, or did not get its locks in time; those before it stay.</exception>
    public async Task RunMissing(IReadOnlyList<SqlScript> scripts, CancellationToken cancellation)
    {
        foreach (var script in await FindMissing(scripts, cancellation)) await Run(script, cancellation);
    }

    private async Task<List<SqlScript>> FindMissing(IReadOnlyList<SqlScript> scripts, CancellationToken cancellation)
    {
        await using var postgres = NpgsqlDataSource.Create(settings);
        try
        {
            return await Task.Run(Engine(postgres, scripts, inTransaction: true).GetScriptsToExecute, cancellation);
        }
        catch (NpgsqlException failure)
        {
            throw new MigrationException($"the migrations of {database} could not be read: {failure.Message}", failure);
        }
    }

    private async Task Run(SqlScript script, CancellationToken cancellation)
    {
        var blockers = new BlockersOfMigration(connection);
        var started = Stopwatch.GetTimestamp();
        while (await TryRun(script, blockers, cancellation) is { } failure)
        {
            if (Stopwatch.GetElapsedTime(started) + LockRetryDelay >= deadline)
            {
                throw new MigrationException(
                    $"migration {script.Name} failed on {database}: in {deadline.TotalSeconds:0.#} s it did not get a lock that is held by {blockers.Last ?? "sessions that ended meanwhile"}",
                    failure);
            }

            await Task.Delay(LockRetryDelay, cancellation);
        }

        LogApplied(script.Name, database);
    }

    /// <returns>Null once the script was applied; else the error, where it was rolled back and may well not be the next time.</returns>
    private async Task<Exception?> TryRun(SqlScript script, BlockersOfMigration blockers, CancellationToken cancellation)
    {
        var isConcurrent = ConcurrentIndex.IsMadeBy(script);
        if (isConcurrent) await ConcurrentIndex.DropLeftover(script, connection, cancellation);

        await using var postgres = NpgsqlDataSource.Create(isConcurrent ? settings : WithLockTimeout());   // an index made concurrently keeps nobody waiting
        var running = Task.Run(Engine(postgres, [script], inTransaction: !isConcurrent).PerformUpgrade, cancellation);
        if (await blockers.Watch(running, cancellation) is { } found) LogBlocked(script.Name, database, found, LockRetryDelay.TotalSeconds, deadline.TotalSeconds);

        var result = await running.WaitAsync(cancellation);
        if (result.Successful) return null;
        if (result.Error is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected }) return result.Error;
        throw new MigrationException($"migration {script.Name} failed on {database}: {result.Error.Message}", result.Error);
    }

    private NpgsqlConnectionStringBuilder WithLockTimeout() => new(settings.ConnectionString)
    {
        Options = $"{settings.Options} -c lock_timeout={LockTimeout.TotalMilliseconds:0}".Trim(),
    };

    private static UpgradeEngine Engine(NpgsqlDataSource postgres, IReadOnlyList<SqlScript> scripts, bool inTransaction)
    {
        var upgrade = DeployChanges.To
            .PostgresqlDatabase(new DbUp.Postgresql.PostgresqlConnectionManager(postgres))
            .WithScripts(scripts)
            .WithVariablesDisabled()  // $name$ in a script is Postgres' quoting
            .WithExecutionTimeout(ScriptTimeout)
            .JournalToPostgresqlTable(null, JournalTable)
            .LogToNowhere();
        return (inTransaction ? upgrade.WithTransactionPerScript() : upgrade.WithoutTransaction()).Build();
    }

    [LoggerMessage(LogLevel.Information, "applied migration {Script} to {Database}")]
    private partial void LogApplied(string script, string database);

    [LoggerMessage(LogLevel.Information, "migration {Script} of {Database} waits for a lock that is held by {Blockers}; it is tried every {Seconds} s, for at most {DeadlineSeconds} s")]
    private partial void LogBlocked(string script, string database, string blockers, double seconds, double deadlineSeconds);
}
