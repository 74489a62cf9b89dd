using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using DbUp.Engine;
using Npgsql;

namespace OrderFlow.Silo.Postgres.Migrations;

/// <summary>
/// Applies the numbered scripts beside this class that the database does not have yet. Silos may start at the same time: one migrates, the others wait.
/// Each script gives up waiting for a lock early enough that concurrent writers do not fail.
/// </summary>
internal static partial class DatabaseMigrations
{
    /// <summary>How long to wait for a Postgres that is still starting.</summary>
    public static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for another silo's migrations, each of which may wait for locks for <see cref="ScriptRunner.DefaultTimeout"/>.</summary>
    public static readonly TimeSpan DefaultLockTimeout = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan ConnectRetryDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LockPollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>The advisory lock of the silo that migrates: "OrderFlw" in ASCII.</summary>
    internal const long LockKey = 0x4F72646572466C77;

    /// <summary>The application name of migrating sessions.</summary>
    internal const string ApplicationName = "orderflow-migrations";

    /// <summary>The scripts of this program, in order.</summary>
    public static IReadOnlyList<SqlScript> Scripts { get; } = ReadScripts();

    /// <summary>Applies the missing ones of <see cref="Scripts"/>, or of <paramref name="scripts"/> where given.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="log">The log.</param>
    /// <param name="scripts">The scripts to apply; all where null.</param>
    /// <param name="connectTimeout">Replaces <see cref="DefaultConnectTimeout"/>.</param>
    /// <param name="lockTimeout">Replaces <see cref="DefaultLockTimeout"/>.</param>
    /// <param name="scriptTimeout">Replaces <see cref="ScriptRunner.DefaultTimeout"/>.</param>
    /// <param name="commandTimeout">Replaces <see cref="ScriptRunner.DefaultCommandTimeout"/>.</param>
    /// <param name="checkServer">Throws where the server is unfit, before anything is created in it.</param>
    /// <param name="cancellation">Cancels the migration.</param>
    /// <exception cref="MigrationException">Postgres was out of reach, another silo held the lock too long, or a script failed.</exception>
    public static async Task Apply(
        string connectionString,
        ILogger log,
        IReadOnlyList<SqlScript>? scripts = null,
        TimeSpan? connectTimeout = null,
        TimeSpan? lockTimeout = null,
        TimeSpan? scriptTimeout = null,
        TimeSpan? commandTimeout = null,
        Func<NpgsqlConnection, Task>? checkServer = null,
        CancellationToken cancellation = default)
    {
        // Unpooled, so that closing the connection releases the lock.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = ApplicationName };
        await using var postgres = NpgsqlDataSource.Create(settings);

        await using var connection = await Connect(postgres, settings, log, connectTimeout ?? DefaultConnectTimeout, cancellation);
        await DatabaseRequirements.RequireUtf8(connection, Name(settings), cancellation);
        if (checkServer is not null) await checkServer(connection);
        await AcquireLock(connection, settings, lockTimeout ?? DefaultLockTimeout, cancellation);
        var runner = new ScriptRunner(
            connection, settings, Name(settings), scriptTimeout ?? ScriptRunner.DefaultTimeout, commandTimeout ?? ScriptRunner.DefaultCommandTimeout, log);
        await runner.RunMissing(scripts ?? Scripts, cancellation);
    }

    private static async Task<NpgsqlConnection> Connect(
        NpgsqlDataSource postgres, NpgsqlConnectionStringBuilder settings, ILogger log, TimeSpan timeout, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await postgres.OpenConnectionAsync(cancellation);
            }
            catch (Exception failure) when (failure is NpgsqlException or SocketException or TimeoutException)
            {
                var waited = Stopwatch.GetElapsedTime(started);
                if (failure is NpgsqlException { IsTransient: false })
                    throw new MigrationException($"Cannot connect to Postgres at {Name(settings)}: {failure.Message}", failure);
                if (waited + ConnectRetryDelay >= timeout)
                    throw new MigrationException($"Cannot connect to Postgres at {Name(settings)}, tried for {waited.TotalSeconds:0} s: {failure.Message}", failure);
                if (attempt == 1)
                    LogWaiting(log, Name(settings), timeout.TotalSeconds, failure.Message);
                await Task.Delay(ConnectRetryDelay, cancellation);
            }
        }
    }

    /// <summary>Acquires the lock, which <paramref name="connection"/> holds until it is closed.</summary>
    private static async Task AcquireLock(
        NpgsqlConnection connection, NpgsqlConnectionStringBuilder settings, TimeSpan timeout, CancellationToken cancellation)
    {
        // Polled: a statement that waits for the lock keeps a snapshot, and CREATE INDEX CONCURRENTLY of the silo that holds the lock would wait for it.
        var milliseconds = (long)timeout.TotalMilliseconds;
        await using var tryLock = new NpgsqlCommand($"SET lock_timeout = {milliseconds}; SELECT pg_try_advisory_lock({LockKey})", connection);
        var started = Stopwatch.GetTimestamp();
        try
        {
            while (!(bool)(await tryLock.ExecuteScalarAsync(cancellation))!)
            {
                if (Stopwatch.GetElapsedTime(started) >= timeout)
                {
                    throw new MigrationException(
                        $"Another silo has been migrating the database {Name(settings)} for over {timeout.TotalSeconds:0.#} s: " +
                        $"its session holds the advisory lock {LockKey} (see pg_locks).");
                }

                await Task.Delay(LockPollInterval, cancellation);
            }
        }
        catch (NpgsqlException failure)
        {
            throw new MigrationException($"Lost the connection to Postgres at {Name(settings)} while waiting for another silo's migrations: {failure.Message}", failure);
        }
    }

    private static List<SqlScript> ReadScripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        const string folder = ".Postgres.Migrations.";
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.Contains(folder, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
                .Select(name => SqlScript.FromStream(name[(name.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..], assembly.GetManifestResourceStream(name)!))
                .OrderBy(script => script.Name, StringComparer.Ordinal),
        ];
    }

    private static string Name(NpgsqlConnectionStringBuilder settings) => $"{settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}";

    [LoggerMessage(LogLevel.Information, "Waiting up to {Seconds} s for Postgres at {Database}: {Reason}")]
    private static partial void LogWaiting(ILogger log, string database, double seconds, string reason);
}
