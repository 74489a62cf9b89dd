namespace OrderFlow.Notifications;

/// <summary>When a failed attempt is followed by another, and when no more. Knows no clock and no queue.</summary>
/// <param name="MaxAttempts">How many attempts there are in all.</param>
/// <param name="BaseDelay">The delay after the first attempt; each one after it is twice as long.</param>
/// <param name="MaxDelay">Where the doubling ends.</param>
/// <param name="Jitter">The part of a delay, 0 to 1, by which it may be longer or shorter, so that what failed together does not come back together.</param>
internal sealed record RetrySchedule(int MaxAttempts, TimeSpan BaseDelay, TimeSpan MaxDelay, double Jitter)
{
    /// <summary>The time from the failure of this attempt to the next one: base·2^(n−1), at most the longest, give or take the jitter. Null: give up.</summary>
    /// <param name="attempt">The number of the attempt that failed; the first is 1.</param>
    /// <param name="random">A random number from 0 up to, not including, 1.</param>
    public TimeSpan? DelayAfter(int attempt, double random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        if (attempt >= MaxAttempts) return null;

        // In doubles: a late attempt's power of two fits into no integer.
        var delay = Math.Min(BaseDelay.Ticks * Math.Pow(2, attempt - 1), MaxDelay.Ticks);
        return TimeSpan.FromTicks((long)Math.Round(delay * (1 + (Jitter * ((2 * random) - 1)))));
    }
}
