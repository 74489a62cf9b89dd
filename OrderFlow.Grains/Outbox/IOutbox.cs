using OrderFlow.Telemetry;

namespace OrderFlow.Outbox;

/// <summary>An event that is still to be published.</summary>
/// <param name="Seq">Its row in the outbox.</param>
/// <param name="Id">The same for an event published twice: <c>{orderId}-{version}</c>.</param>
/// <param name="OrderId">The order; of a row that is no order's, a negative number of its own.</param>
/// <param name="Type">The event's type, which is also its topic.</param>
/// <param name="Payload">The event as JSON.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Trace">Where in which trace it happened; null where nobody traced.</param>
internal sealed record OutboxEvent(long Seq, string Id, long OrderId, string Type, string Payload, DateTimeOffset OccurredAt, TraceContext? Trace = null)
{
    /// <summary>False for a row that a version with other aggregates has written.</summary>
    public bool IsOfOrder => OrderId > 0;
}

/// <summary>Rows of the outbox, and which transactions may still add rows among them.</summary>
/// <param name="Again">Those that were asked for by their number and are there.</param>
/// <param name="Next">The next ones, oldest first.</param>
/// <param name="OldestRunning">All transactions below had ended when <paramref name="Next"/> was read; 0 where nothing was found.</param>
/// <param name="NextStarting">No transaction from here on had begun by then.</param>
/// <param name="Snapshot">What was committed by then, as the database writes it; null where nothing was found.</param>
internal sealed record OutboxPage(
    IReadOnlyList<OutboxEvent> Again, IReadOnlyList<OutboxEvent> Next, long OldestRunning = 0, long NextStarting = 0, string? Snapshot = null);

/// <summary>The events that were committed with their orders and are not known to be published.</summary>
internal interface IOutbox
{
    /// <summary>Deletes the rows of <paramref name="published"/> and reads others of the partition, in one round trip.</summary>
    /// <param name="partition">The partition's number, from 0.</param>
    /// <param name="published">Rows that Kafka has acknowledged.</param>
    /// <param name="again">Rows to read by their number.</param>
    /// <param name="after">Next rows are those above this one.</param>
    /// <param name="limit">The most next rows to read; 0 for none.</param>
    /// <param name="asOf">The <see cref="OutboxPage.Snapshot"/> of an earlier page: next rows are those that were committed by then. Null for all.</param>
    Task<OutboxPage> Advance(int partition, IReadOnlyList<long> published, IReadOnlyList<long> again, long after, int limit, string? asOf = null);
}

/// <summary>Publishes events to Kafka.</summary>
internal interface IEventPublisher
{
    /// <summary>
    /// Where the event goes: events with the same destination reach Kafka or not together, for one broker leads their Kafka partition. Null where this
    /// version knows no such event.
    /// </summary>
    int? DestinationOf(OutboxEvent told);

    /// <summary>
    /// Begins to publish the event, and says once, on a thread of any kind, what came of it: null where it was acknowledged. Never throws because Kafka is away.
    /// </summary>
    void Publish(OutboxEvent told, Action<PublishFailure?> answered);
}

/// <summary>Why an event was not acknowledged.</summary>
/// <param name="Reason">For people.</param>
/// <param name="IsOfEvent">True where Kafka was reached and refused this event, or one that it was sent with; false where its destination takes none.</param>
internal sealed record PublishFailure(string Reason, bool IsOfEvent);
