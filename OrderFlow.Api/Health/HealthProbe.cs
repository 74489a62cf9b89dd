namespace OrderFlow.Api.Health;

/// <summary>Asks whether something answers: one question at a time for all who want to know, and for a moment its answer serves the next ones too.</summary>
/// <param name="ask">The question; it throws where there is no answer.</param>
/// <param name="time">The clock.</param>
internal sealed class HealthProbe(Func<Task> ask, TimeProvider time)
{
    /// <summary>How long an answer is waited for.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>How long an answer serves. Anybody may ask for health, so asking must not cost a database query each time.</summary>
    public static readonly TimeSpan CacheDuration = TimeSpan.FromSeconds(1);

    private readonly Lock _asking = new();
    private Task<bool>? _answer;
    private long _askedAt;

    /// <summary>What the cluster said of why the last answer was not good; null where it said nothing.</summary>
    public string? FailureReason { get; private set; }

    /// <summary>True where there was an answer in time.</summary>
    public Task<bool> IsHealthy()
    {
        lock (_asking)
        {
            if (_answer is null || (_answer.IsCompleted && time.GetElapsedTime(_askedAt) >= CacheDuration))
            {
                _askedAt = time.GetTimestamp();
                _answer = Task.Run(Ask);
            }

            return _answer;
        }
    }

    private async Task<bool> Ask()
    {
        try
        {
            await ask().WaitAsync(Timeout, time);
            return true;
        }
        catch (UnavailableException error)
        {
            FailureReason = error.Message;
            return false;
        }
        catch (Exception)   // whatever it is, there was no answer: that is what is asked here
        {
            FailureReason = null;
            return false;
        }
    }
}
