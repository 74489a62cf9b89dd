namespace OrderFlow;

/// <summary>Delays between attempts that double each time, up to a limit. Knows no clock.</summary>
/// <param name="BaseDelay">The delay after the first attempt.</param>
/// <param name="MaxDelay">Where the doubling ends.</param>
/// <param name="Jitter">The part of a delay, 0 to 1, by which it varies either way, so that calls that failed together are not repeated together.</param>
internal sealed record ExponentialBackoff(TimeSpan BaseDelay, TimeSpan MaxDelay, double Jitter = 0)
{
    /// <summary>Enough to reach any <see cref="MaxDelay"/>.</summary>
    private const int MaxDoublings = 62;

    /// <summary>The delay after an attempt, with a random jitter.</summary>
    /// <param name="attempt">The number of the attempt that failed, from 1.</param>
    public TimeSpan DelayAfter(int attempt) => DelayAfter(attempt, Random.Shared.NextDouble());

    /// <summary>The delay after an attempt.</summary>
    /// <param name="attempt">The number of the attempt that failed, from 1.</param>
    /// <param name="random">From 0, for the shortest delay, to 1, for the longest.</param>
    public TimeSpan DelayAfter(int attempt, double random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        var ticks = Math.Min(BaseDelay.Ticks * Math.Pow(2, Math.Min(attempt - 1, MaxDoublings)), MaxDelay.Ticks);
        return TimeSpan.FromTicks((long)Math.Round(ticks * (1 + (Jitter * ((2 * random) - 1)))));
    }
}
