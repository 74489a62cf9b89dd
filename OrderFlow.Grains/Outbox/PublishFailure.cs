namespace OrderFlow.Outbox;

/// <summary>Why an event was not acknowledged.</summary>
/// <param name="Reason">For people.</param>
/// <param name="IsRejection">True where Kafka was reached and rejected this event, or another one of its batch; false where its Kafka partition takes none.</param>
internal sealed record PublishFailure(string Reason, bool IsRejection);
