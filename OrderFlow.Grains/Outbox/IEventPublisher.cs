namespace OrderFlow.Outbox;

/// <summary>Why an event was not acknowledged.</summary>
/// <param name="Reason">For people.</param>
/// <param name="IsRejection">True where Kafka rejected this event or another one of its batch; false where its Kafka partition cannot be written to.</param>
internal sealed record PublishFailure(string Reason, bool IsRejection);

/// <summary>Publishes events to Kafka. A row of the outbox is deleted once it reports an acknowledgement, so a further target belongs behind it.</summary>
internal interface IEventPublisher
{
    /// <summary>The number, across all topics, of the Kafka partition that an event goes to. Null where this version does not know the event's type.</summary>
    int? KafkaPartitionOf(OutboxEvent outboxEvent);

    /// <summary>Starts to publish an event; does not throw while Kafka is unavailable.</summary>
    /// <param name="outboxEvent">The event.</param>
    /// <param name="report">Called once, on any thread: with null for an acknowledgement, else with the reason why there is none.</param>
    void Publish(OutboxEvent outboxEvent, Action<PublishFailure?> report);
}
