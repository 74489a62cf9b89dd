namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>Why an event is not notified.</summary>
internal enum SkipReason
{
    /// <summary>It is older than <c>Notifications__MaxEventAge</c>.</summary>
    TooOld,

    /// <summary>It occurred before its type was enabled.</summary>
    BeforeEnabled,
}
