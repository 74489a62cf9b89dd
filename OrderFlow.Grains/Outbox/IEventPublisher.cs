namespace OrderFlow.Outbox;

/// <summary>Publishes events to Kafka.</summary>
internal interface IEventPublisher
{
    /// <summary>
    /// Numbers the Kafka partition an event goes to, across all topics. Null where this version does not know the event's type.
    /// </summary>
    int? KafkaPartitionOf(OutboxEvent outboxEvent);

    /// <summary>
    /// Starts publishing an event. Reports once, on any thread: null for an acknowledgement, else why there was none. Does not throw while Kafka is unavailable.
    /// </summary>
    void Publish(OutboxEvent outboxEvent, Action<PublishFailure?> report);
}
