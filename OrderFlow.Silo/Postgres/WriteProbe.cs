using Npgsql;
using OrderFlow.Health;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Commits a write on a new session every few seconds, as an order needs it. It notices a database that is read-only or accepts no sessions, a disk that stalls,
/// and a synchronous standby that is missing. All health checks share its result.
/// </summary>
internal sealed partial class WriteProbe(string connectionString, ConnectionPoolReset pools, TimeProvider time, ILogger<WriteProbe> log) : BackgroundService, IDatabaseHealth
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How long a write may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Commits like any write, but leaves no row, no lock and nothing to vacuum.</summary>
    private const string Write = "SELECT setval('write_probe', extract(epoch FROM now())::bigint)";

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "orderflow-silo-health",
        Pooling = false,
        CancellationTimeout = -1,   // do not wait for a server that does not answer
    }.ConnectionString;

    private volatile string? _writeError = "No write to the database has been tried yet";
    private bool _failed;

    public string? WriteError => _writeError;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            Report(await Probe(stoppingToken));
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
            return $"The database did not commit a write within {Timeout.TotalSeconds:0} s";
        }
        catch (PostgresException error)
        {
            return $"The database takes no writes: {error.SqlState} {error.MessageText}";
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return $"The database cannot be reached: {error.FullMessage()}";
        }
    }

    private async Task WriteOnce(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var write = new NpgsqlCommand(Write, connection);
        await write.ExecuteScalarAsync(cancellationToken);
    }

    private void Report(string? error)
    {
        if (error is null && _failed)
        {
            pools.ClearPools();   // before health says that writes succeed: sessions that were opened while they failed may keep refusing them
            LogWritesSucceed();
        }
        else if (error is not null && error != _writeError)
        {
            LogWritesFail(error);
        }

        _failed = error is not null;
        _writeError = error;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Writes to the database fail; the silo is not ready. {Reason}")]
    private partial void LogWritesFail(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Writes to the database succeed again")]
    private partial void LogWritesSucceed();
}
