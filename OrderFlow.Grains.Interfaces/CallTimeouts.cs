namespace OrderFlow;

/// <summary>How long callers wait for a grain, and how long a grain may wait itself, which is clearly less: otherwise callers time out and repeat calls.</summary>
public static class CallTimeouts
{
    /// <summary>How long the API waits for a grain's answer; then the outcome of the call is unknown.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The longest that a grain waits for work before it answers without it. The rest of the time is for the answer itself.</summary>
    public static readonly TimeSpan MaxGrainWait = ResponseTimeout * 0.6;
}
