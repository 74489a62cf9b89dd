using OrderFlow.Telemetry;

namespace OrderFlow.Outbox;

/// <summary>An event that is still to be published.</summary>
/// <param name="Seq">Its row in the outbox.</param>
/// <param name="Id"><c>{orderId}-{version}</c>: the same where the event is published twice.</param>
/// <param name="OrderId">The order; for a row of another aggregate, a negative number unique to the row.</param>
/// <param name="Type">The event's type, which is also its topic.</param>
/// <param name="Payload">The event as JSON.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Trace">The trace in which it occurred, where there was one.</param>
internal sealed record OutboxEvent(long Seq, string Id, long OrderId, string Type, string Payload, DateTimeOffset OccurredAt, TraceContext? Trace = null)
{
    /// <summary>False for a row that a version with other aggregates has written.</summary>
    public bool IsOfOrder => OrderId > 0;
}
