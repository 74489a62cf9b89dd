using Npgsql;
using OrderFlow.Health;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Tries the way that every order takes: a session that is opened now, a write, its commit. So it sees a database that is read-only or takes no sessions, a disk
/// that stalls and a standby that is waited for. One probe for all who ask for health.
/// </summary>
internal sealed partial class WriteProbe(string connectionString, PooledSessions pooled, TimeProvider time, ILogger<WriteProbe> log) : BackgroundService, IWritePath
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How long a write may take; an order would wait as long.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Commits like any write, and leaves no row, no lock and nothing to vacuum.</summary>
    private const string Write = "SELECT setval('write_probe', extract(epoch FROM now())::bigint)";

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "orderflow-silo-health",
        Pooling = false,
        CancellationTimeout = -1,   // a server that does not answer is not waited for again
    }.ConnectionString;

    private volatile string? _trouble = "no write to the database has been tried yet";
    private bool _failed;

    public string? Trouble => _trouble;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            Note(await Probe(stoppingToken));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<string?> Probe(CancellationToken stoppingToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        timeout.CancelAfter(Timeout);
        try
        {
            await WriteOnce(timeout.Token).WaitAsync(timeout.Token);
            return null;
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return $"the database did not commit a write within {Timeout.TotalSeconds:0} s";
        }
        catch (PostgresException error)
        {
            return $"the database takes no writes: {error.SqlState} {error.MessageText}";
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return $"the database cannot be reached: {error.Message}";
        }
    }

    private async Task WriteOnce(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var write = new NpgsqlCommand(Write, connection);
        await write.ExecuteScalarAsync(cancellationToken);
    }

    private void Note(string? trouble)
    {
        if (trouble is null && _failed)
        {
            pooled.Discard();   // before anybody is told that writes succeed: a session that was opened while they did not may keep refusing them
            LogWrites();
        }
        else if (trouble is not null && trouble != _trouble)
        {
            LogNoWrites(trouble);
        }

        _failed = trouble is not null;
        _trouble = trouble;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Writes to the database fail, and the silo is not ready: {Reason}")]
    private partial void LogNoWrites(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Writes to the database succeed again")]
    private partial void LogWrites();
}
