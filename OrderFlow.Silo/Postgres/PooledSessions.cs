using System.Runtime.ExceptionServices;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Throws all pooled sessions away once one has refused a write as read-only: a session that was opened while its database or server was read-only stays so for
/// as long as it lives, and Npgsql puts it back into its pool. What ends a session, such as a shutdown, clears a pool in Npgsql itself.
/// </summary>
/// <remarks>
/// Orleans' providers open sessions of their own and have no hook for their errors; so this listens where every exception passes when it is thrown.
/// </remarks>
internal sealed partial class PooledSessions(IReadOnlyList<NpgsqlDataSource> pools, TimeProvider time, ILogger<PooledSessions> log) : IHostedService
{
    /// <summary>A hundred refusals at once discard the sessions once.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    /// <summary>A database that stays read-only is told of by health, not by a line a second.</summary>
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long? _discardedAt;
    private long? _loggedAt;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.FirstChanceException += Note;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        AppDomain.CurrentDomain.FirstChanceException -= Note;
        return Task.CompletedTask;
    }

    /// <summary>Closes the sessions that are idle now, and each that is in use when it comes back.</summary>
    public void Discard()
    {
        foreach (var pool in pools) pool.Clear();
        NpgsqlConnection.ClearAllPools();   // those of the providers
    }

    private void Note(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (thrown.Exception is not PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } refusal) return;
        if (!IsDue(ref _discardedAt, MinInterval)) return;

        // Not here, in the midst of what throws: it may hold a lock.
        ThreadPool.QueueUserWorkItem(_ =>
        {
            Discard();
            if (IsDue(ref _loggedAt, LogInterval)) LogDiscarded(refusal.MessageText);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sessions of the database were discarded, because one of them is read-only: {Reason}")]
    private partial void LogDiscarded(string reason);
}
