
namespace OrderFlow.Outbox;

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
