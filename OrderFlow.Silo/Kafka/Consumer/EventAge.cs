namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>Decides whether an event is notified, by when it occurred. Knows no clock and no Kafka.</summary>
internal static class EventAge
{
    /// <summary>How far the clocks of silos and Postgres may differ: events that seem to precede the enabling by less are notified.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>Why an event is not notified; null where it is, as is one whose time is unknown.</summary>
    /// <param name="occurredAt">When it occurred.</param>
    /// <param name="enabledAt">When its type was enabled; null where it always was.</param>
    /// <param name="maxAge">The maximum age of a notified event.</param>
    /// <param name="now">The time.</param>
    public static SkipReason? SkipReasonFor(DateTimeOffset? occurredAt, DateTimeOffset? enabledAt, TimeSpan maxAge, DateTimeOffset now) =>
        occurredAt is not { } occurred ? null
        : enabledAt - occurred > ClockTolerance ? SkipReason.BeforeEnabled
        : now - occurred > maxAge ? SkipReason.TooOld
        : null;

    /// <summary>The reason as a label of metrics.</summary>
    public static string LabelOf(SkipReason reason) => reason switch
    {
        SkipReason.TooOld => "too_old",
        SkipReason.BeforeEnabled => "before_enabled",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "is not a skip reason"),
    };
}
