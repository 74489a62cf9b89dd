using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using DbUp.Engine;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Brings the database's schema up to this program: applies the numbered scripts beside this class that it has not seen.
/// Any number of silos may start at once; one migrates while the others wait. A script is applied whole or not at all.
/// It waits for a lock only so long at a time that whoever writes meanwhile does not fail, and is tried again until it gets it.
/// </summary>
internal static partial class DatabaseMigrations
{
    /// <summary>How long a Postgres that is still starting is waited for.</summary>
    public static readonly TimeSpan DefaultConnectDeadline = TimeSpan.FromSeconds(60);

    /// <summary>How long another silo's migrations are waited for. Each script of theirs may wait for locks for <see cref="ScriptRunner.DefaultDeadline"/>, and few do.</summary>
    public static readonly TimeSpan DefaultLockDeadline = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(250);

    /// <summary>The advisory lock that whoever migrates an OrderFlow database holds: "OrderFlw" in ASCII.</summary>
    internal const long LockKey = 0x4F72646572466C77;

    /// <summary>What Postgres shows of the sessions that migrate.</summary>
    internal const string ApplicationName = "orderflow-migrations";

    /// <summary>The scripts of this program, in the order in which they apply.</summary>
    public static IReadOnlyList<SqlScript> Scripts { get; } = ReadScripts();

    /// <summary>Applies what the database has not seen of <see cref="Scripts"/>, or of <paramref name="scripts"/> where given.</summary>
    /// <param name="connectionString">Where the database is.</param>
    /// <param name="log">Who is told.</param>
    /// <param name="scripts">What is to be applied; all of them where null.</param>
    /// <param name="connectDeadline">Instead of <see cref="DefaultConnectDeadline"/>.</param>
    /// <param name="lockDeadline">Instead of <see cref="DefaultLockDeadline"/>.</param>
    /// <param name="scriptDeadline">Instead of <see cref="ScriptRunner.DefaultDeadline"/>.</param>
    /// <param name="require">Refuses, by an exception, a server that will not do: before anything is made in it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="MigrationException">Postgres was out of reach, the lock was not free in time, or a script failed. The message is meant for people.</exception>
    public static async Task Apply(
        string connectionString,
        ILogger log,
        IReadOnlyList<SqlScript>? scripts = null,
        TimeSpan? connectDeadline = null,
        TimeSpan? lockDeadline = null,
        TimeSpan? scriptDeadline = null,
        Func<NpgsqlConnection, Task>? require = null,
        CancellationToken cancellation = default)
    {
        var settings = Settings(connectionString);
        await using var postgres = NpgsqlDataSource.Create(settings);

        await using var connection = await Connect(postgres, settings, log, connectDeadline ?? DefaultConnectDeadline, cancellation);
        await DatabaseRequirements.RequireUtf8(connection, Where(settings), cancellation);
        if (require is not null) await require(connection);
        await TakeLock(connection, settings, lockDeadline ?? DefaultLockDeadline, cancellation);
        var runner = new ScriptRunner(connection, settings, Where(settings), scriptDeadline ?? ScriptRunner.DefaultDeadline, log);
        await runner.RunMissing(scripts ?? Scripts, cancellation);
    }

    private static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        try
        {
            // The connection that holds the lock must end with the work: a pooled one would only go back to its pool.
            var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = ApplicationName };
            return string.IsNullOrWhiteSpace(settings.Host) ? throw new MigrationException("the connection string of Postgres names no Host") : settings;
        }
        catch (ArgumentException failure)
        {
            throw new MigrationException($"the connection string of Postgres is not valid: {failure.Message}", failure);
        }
    }

    private static async Task<NpgsqlConnection> Connect(
        NpgsqlDataSource postgres, NpgsqlConnectionStringBuilder settings, ILogger log, TimeSpan deadline, CancellationToken cancellation)
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
                    throw new MigrationException($"cannot connect to Postgres at {Where(settings)}: {failure.Message}", failure);
                if (waited + ConnectPause >= deadline)
                    throw new MigrationException($"cannot connect to Postgres at {Where(settings)}, tried for {waited.TotalSeconds:0} s: {failure.Message}", failure);
                if (attempt == 1)
                    LogWaiting(log, Where(settings), deadline.TotalSeconds, failure.Message);
                await Task.Delay(ConnectPause, cancellation);
            }
        }
    }

    /// <summary>Takes the lock for as long as <paramref name="connection"/> stays open.</summary>
    private static async Task TakeLock(
        NpgsqlConnection connection, NpgsqlConnectionStringBuilder settings, TimeSpan deadline, CancellationToken cancellation)
    {
        // Asked for again and again: a statement that waits keeps a snapshot, for which CREATE INDEX CONCURRENTLY of whoever has the lock waits in turn.
        var milliseconds = (long)deadline.TotalMilliseconds;
        await using var take = new NpgsqlCommand($"SET lock_timeout = {milliseconds}; SELECT pg_try_advisory_lock({LockKey})", connection);
        var started = Stopwatch.GetTimestamp();
        try
        {
            while (!(bool)(await take.ExecuteScalarAsync(cancellation))!)
            {
                if (Stopwatch.GetElapsedTime(started) >= deadline)
                {
                    throw new MigrationException(
                        $"another silo has been migrating the database {Where(settings)} for over {deadline.TotalSeconds:0.#} s: " +
                        $"its connection holds the advisory lock {LockKey} (see pg_locks)");
                }

                await Task.Delay(LockPause, cancellation);
            }
        }
        catch (NpgsqlException failure)
        {
            throw new MigrationException($"lost Postgres at {Where(settings)} while waiting to migrate it: {failure.Message}", failure);
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

    private static string Where(NpgsqlConnectionStringBuilder settings) => $"{settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}";

    [LoggerMessage(LogLevel.Information, "waiting for Postgres at {Database}, at most {Seconds} s: {Reason}")]
    private static partial void LogWaiting(ILogger log, string database, double seconds, string reason);
}

/// <summary>The database could not be brought up to this program. The message says what failed and where, and holds no secret.</summary>
internal sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
