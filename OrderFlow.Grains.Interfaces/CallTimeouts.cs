namespace OrderFlow;

/// <summary>How long callers wait for a grain, and how long a grain may keep them waiting: where the second is not clearly less, they repeat for nothing.</summary>
public static class CallTimeouts
{
    /// <summary>How long the API waits for a grain's answer; after that the outcome of its call is unknown.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a grain waits at most for what it could also answer without. The rest is for the answer itself.</summary>
    public static readonly TimeSpan MaxGrainWait = ResponseTimeout * 0.6;
}
