using System.Runtime.ExceptionServices;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Clears all connection pools when a session refuses a write as read-only: a session that was opened while its database or server was read-only stays
/// read-only, and Npgsql keeps it in its pool. Npgsql itself clears a pool only where a session ends, as in a shutdown.
/// </summary>
/// <remarks>Orleans' providers open sessions of their own and have no hook for errors, so this listens to every exception of the process.</remarks>
internal sealed partial class ConnectionPoolReset(IReadOnlyList<NpgsqlDataSource> pools, TimeProvider time, ILogger<ConnectionPoolReset> log) : IHostedService
{
    /// <summary>The shortest time between two resets: a hundred concurrent refusals clear the pools once.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    /// <summary>The shortest time between two log lines; health reports a database that stays read-only.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long? _clearedAt;
    private long? _loggedAt;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.FirstChanceException += OnFirstChanceException;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.FirstChanceException -= OnFirstChanceException;
        return Task.CompletedTask;
    }

    /// <summary>Closes the idle sessions now, and each busy one when it is returned.</summary>
    public void ClearPools()
    {
        foreach (var pool in pools) pool.Clear();
        NpgsqlConnection.ClearAllPools();   // the pools of Orleans' providers
    }

    private void OnFirstChanceException(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (thrown.Exception is not PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } refusal) return;
        if (!IsDue(ref _clearedAt, MinInterval)) return;

        // On another thread: the one that throws may hold a lock.
        ThreadPool.QueueUserWorkItem(_ =>
        {
            ClearPools();
            if (IsDue(ref _loggedAt, LogInterval)) LogCleared(refusal.MessageText);
        });
    }

    private bool IsDue(ref long? last, TimeSpan interval)
    {
        lock (_lock)
        {
            if (last is { } before && time.GetElapsedTime(before) < interval) return false;
            last = time.GetTimestamp();
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cleared the connection pools of the database because a session is read-only: {Reason}")]
    private partial void LogCleared(string reason);
}
