namespace OrderFlow.Api.Health;

/// <summary>Checks whether something answers: one check at a time for all who ask, and its result is cached for a moment.</summary>
/// <param name="check">The check; it throws if there is no answer.</param>
/// <param name="time">The clock.</param>
internal sealed class HealthProbe(Func<Task> check, TimeProvider time)
{
    /// <summary>How long a check may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a result is cached. Anybody may ask for health, so asking must not cost a database query each time.</summary>
    public static readonly TimeSpan CacheDuration = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<bool>? _result;
    private long _checkedAt;

    /// <summary>The cluster's own reason for the last failure; null if it gave none.</summary>
    public string? FailureReason { get; private set; }

    /// <summary>True if the check succeeds in time.</summary>
    public Task<bool> IsHealthy()
    {
        lock (_lock)
        {
            if (_result is null || (_result.IsCompleted && time.GetElapsedTime(_checkedAt) >= CacheDuration))
            {
                _checkedAt = time.GetTimestamp();
                _result = Task.Run(Check);
            }

            return _result;
        }
    }

    private async Task<bool> Check()
    {
        try
        {
            await check().WaitAsync(Timeout, time);
            return true;
        }
        catch (Exception error)   // whatever it is, there was no answer
        {
            FailureReason = (error as UnavailableException)?.Message;
            return false;
        }
    }
}
