namespace OrderFlow.Api.Cluster;

/// <summary>Lets the API start before the silos: retries the first connection until it succeeds or the program stops.</summary>
internal sealed partial class ConnectionRetry(TimeProvider time, ILogger<ConnectionRetry> log) : IClientConnectionRetryFilter
{
    /// <summary>The delay between two attempts.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly Outage _outage = new();

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (_outage.Begin()) LogUnreachable(exception.GetType().Name, exception.Message);
        await Task.Delay(RetryInterval, time, cancellationToken);
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "No silo can be reached yet; the API retries every second. {Error}: {Reason}")]
    private partial void LogUnreachable(string error, string reason);
}
