namespace OrderFlow.Outbox;

/// <summary>The delays after an event was not acknowledged.</summary>
internal static class RelayBackoff
{
    /// <summary>How soon a row that this version does not know is reloaded: it may have been removed.</summary>
    public static readonly TimeSpan UnknownDelay = TimeSpan.FromMinutes(5);

    /// <summary>Up to 2 s: events follow within seconds once Kafka is back.</summary>
    private static readonly ExponentialBackoff Unreachable = new(TimeSpan.FromMilliseconds(75), TimeSpan.FromSeconds(1.5), Jitter: 1d / 3);

    /// <summary>Up to 30 s: a rejected event is likely rejected again. The jitter separates it from others that were rejected because of their batch.</summary>
    private static readonly ExponentialBackoff Rejected = Unreachable with { MaxDelay = TimeSpan.FromSeconds(22.5) };

    /// <param name="failures">Consecutive failures, from 1.</param>
    /// <param name="isRejection">True where Kafka rejected the event.</param>
    /// <param name="random">From 0, for the shortest delay, to 1, for the longest.</param>
    public static TimeSpan Delay(int failures, bool isRejection, double random) => (isRejection ? Rejected : Unreachable).DelayAfter(failures, random);
}
