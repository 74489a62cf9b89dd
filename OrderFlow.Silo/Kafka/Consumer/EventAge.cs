namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>Why customers are not notified of an event.</summary>
internal enum SkipReason
{
    /// <summary>It is older than <c>Notifications__MaxEventAge</c>.</summary>
    TooOld,

    /// <summary>It occurred before its type was enabled.</summary>
    BeforeEnabled,
}

/// <summary>Decides whether an event is skipped because of when it occurred. Knows no clock and no Kafka.</summary>
internal static class EventAge
{
    /// <summary>How far the clocks of silos and Postgres may differ: events that seem to precede the enabling by less are not skipped.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>Why an event is skipped; null where it is not, as where its time is unknown.</summary>
    /// <param name="occurredAt">When it occurred.</param>
    /// <param name="enabledAt">When its type was enabled; null where it always was.</param>
    /// <param name="maxAge">The maximum age of an event that is not skipped.</param>
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
    };
}
