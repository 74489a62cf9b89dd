using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OrderFlow.Health;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Commits a write on a new session every few seconds, as an order needs it. It notices a database that is read-only or accepts no sessions, a disk that stalls,
/// and a synchronous standby that is missing. All health checks share its result.
/// </summary>
internal sealed partial class WriteProbe(string connectionString, ConnectionPoolReset pools, TimeProvider time, ILogger<WriteProbe> log)
    : PollingService(time, Interval, Timeout), IDatabaseHealth, IHealthCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How long a write may take.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Commits like any write, but leaves no row, no lock and nothing to vacuum.</summary>
    private const string Write = "SELECT setval('write_probe', extract(epoch FROM now())::bigint)";

    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "orderflow-silo-health",
        Pooling = false,
        CancellationTimeout = -1,   // do not wait for a server that does not answer
    }.ConnectionString;

    private readonly Outage _outage = new();
    private volatile bool _hasWritten;

    public string? WriteError => _outage.Reason ?? (_hasWritten ? null : "No write to the database has been tried yet");

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        WriteError is { } error ? HealthCheckResult.Unhealthy(error) : HealthCheckResult.Healthy());

    protected override async Task Poll(CancellationToken cancellationToken)
    {
        await WriteOnce(cancellationToken).WaitAsync(cancellationToken);
        _hasWritten = true;
        if (_outage.Reason is not null) pools.ClearPools();   // before health reports success: sessions that were opened meanwhile may keep refusing writes
        if (_outage.End()) LogWritesSucceed();
    }

    protected override void OnPollFailed(Exception error)
    {
        var reason = error switch
        {
            OperationCanceledException => $"The database did not commit a write within {Timeout.TotalSeconds:0} s",
            PostgresException { SqlState: var code, MessageText: var text } => $"The database takes no writes: {code} {text}",
            _ => $"The database cannot be reached: {error.FullMessage()}",
        };
        if (_outage.Begin(reason)) LogWritesFail(reason);
    }

    private async Task WriteOnce(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await new NpgsqlCommand(Write, connection).Execute(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Writes to the database fail; the silo is not ready. {Reason}")]
    private partial void LogWritesFail(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Writes to the database succeed again")]
    private partial void LogWritesSucceed();
}
