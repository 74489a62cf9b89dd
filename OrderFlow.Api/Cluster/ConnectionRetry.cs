namespace OrderFlow.Api.Cluster;

/// <summary>Lets the API start before the silos: tries to reach the cluster until it is there or the program is told to stop.</summary>
internal sealed partial class ConnectionRetry(TimeProvider time, ILogger<ConnectionRetry> log) : IClientConnectionRetryFilter
{
    /// <summary>The pause between two tries.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private bool _waiting;

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (!_waiting) LogWaiting(exception.GetType().Name, exception.Message);
        _waiting = true;

        await Task.Delay(RetryInterval, time, cancellationToken);
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "No silo can be reached yet, waiting for one; the first try failed with {Error}: {Message}")]
    private partial void LogWaiting(string error, string message);
}
