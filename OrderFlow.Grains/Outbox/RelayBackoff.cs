namespace OrderFlow.Outbox;

/// <summary>How long an order waits after its event was not acknowledged. Knows no clock.</summary>
internal static class RelayBackoff
{
    /// <summary>Where the destination takes nothing: it may be back at any time, and events are to follow within seconds.</summary>
    public static readonly TimeSpan MaxUnreachableDelay = TimeSpan.FromSeconds(2);

    /// <summary>Where the event itself is refused: most likely the next time, too.</summary>
    public static readonly TimeSpan MaxRefusedDelay = TimeSpan.FromSeconds(30);

    /// <summary>How soon a row that this version does not know is looked at again: somebody may have removed it.</summary>
    public static readonly TimeSpan UnknownDelay = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan BaseDelay = TimeSpan.FromMilliseconds(100);

    /// <param name="failures">How often in a row, from 1.</param>
    /// <param name="isOfEvent">The event was refused.</param>
    /// <param name="chance">From 0 to 1: events that were refused because of another one must not meet it again in one batch.</param>
    public static TimeSpan Delay(int failures, bool isOfEvent, double chance)
    {
        var max = isOfEvent ? MaxRefusedDelay : MaxUnreachableDelay;
        var delay = Math.Min(max.TotalMilliseconds, BaseDelay.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 20) - 1));
        return TimeSpan.FromMilliseconds(delay * (0.5 + (chance / 2)));
    }
}
