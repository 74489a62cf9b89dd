namespace OrderFlow.Silo.Kafka;

/// <summary>Why an event is not notified.</summary>
internal enum SkipReason
{
    /// <summary>It is older than <c>Notifications__MaxEventAge</c>.</summary>
    TooOld,

    /// <summary>It occurred before its type was switched on.</summary>
    BeforeSwitchOn,
}

/// <summary>Whether an event is notified, by the time at which it occurred. Knows no clock and no Kafka.</summary>
internal static class EventAge
{
    /// <summary>How far the clocks of silos and of Postgres may be apart: what seems to have occurred so shortly before the switch-on is notified.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>Why not; null where it is notified, as is one whose time nobody knows.</summary>
    /// <param name="occurredAt">When it occurred.</param>
    /// <param name="switchedOnAt">When its type was switched on; null where it always was.</param>
    /// <param name="maxAge">How old it may be.</param>
    /// <param name="now">The time.</param>
    public static SkipReason? Judge(DateTimeOffset? occurredAt, DateTimeOffset? switchedOnAt, TimeSpan maxAge, DateTimeOffset now) =>
        occurredAt is not { } occurred ? null
        : switchedOnAt - occurred > ClockTolerance ? SkipReason.BeforeSwitchOn
        : now - occurred > maxAge ? SkipReason.TooOld
        : null;

    /// <summary>What metrics call it.</summary>
    public static string Name(SkipReason reason) => reason switch
    {
        SkipReason.TooOld => "too_old",
        SkipReason.BeforeSwitchOn => "before_switch_on",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a reason"),
    };
}
