namespace OrderFlow.Outbox;

/// <summary>An outbox row that Kafka has not acknowledged.</summary>
/// <param name="Seq">The row's number.</param>
/// <param name="KafkaPartition">Where its event goes; null where this version does not know the event.</param>
/// <param name="Event">The event; null where the row must be reloaded before it is sent.</param>
internal readonly record struct UnacknowledgedRow(long Seq, int? KafkaPartition, OutboxEvent? Event);
