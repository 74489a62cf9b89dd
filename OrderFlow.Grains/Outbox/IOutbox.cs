using OrderFlow.Telemetry;

namespace OrderFlow.Outbox;

/// <summary>An event that is still to be published.</summary>
/// <param name="Seq">Its row in the outbox.</param>
/// <param name="Id">The same for an event published twice: <c>{orderId}-{version}</c>.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Type">The event's type, which is also its topic.</param>
/// <param name="Payload">The event as JSON.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Trace">Where in which trace it happened; null where nobody traced.</param>
internal sealed record OutboxEvent(long Seq, string Id, long OrderId, string Type, string Payload, DateTimeOffset OccurredAt, TraceContext? Trace = null);

/// <summary>The events that were committed with their orders and are not known to be published.</summary>
internal interface IOutbox
{
    /// <summary>Deletes the rows of <paramref name="published"/> and reads the next ones of the partition, oldest first, in one round trip.</summary>
    /// <param name="partition">The partition's number, from 0.</param>
    /// <param name="published">Rows that Kafka has acknowledged.</param>
    /// <param name="limit">The most rows to read; 0 only deletes.</param>
    Task<IReadOnlyList<OutboxEvent>> Advance(int partition, IReadOnlyList<long> published, int limit);
}

/// <summary>Tells the world.</summary>
internal interface IEventPublisher
{
    /// <summary>
    /// Publishes the events, and answers which of them were acknowledged, by their rows. An order's next event is not sent before the one ahead of it is
    /// acknowledged; where one is not, those behind it are not sent. Never throws because Kafka is away: then fewer, or none, are acknowledged.
    /// </summary>
    Task<IReadOnlyList<long>> Publish(IReadOnlyList<OutboxEvent> events);
}
