using OrderFlow.Telemetry;

namespace OrderFlow.Outbox;

/// <summary>An event of a product that is still to be published.</summary>
/// <param name="Seq">Its row in the outbox.</param>
/// <param name="Id"><c>{productId}-{version}</c>: the same where the event is published twice.</param>
/// <param name="ProductId">The product.</param>
/// <param name="Type">The event's type, which is also its topic.</param>
/// <param name="Payload">The event as JSON.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Trace">The trace in which it occurred, where there was one.</param>
internal sealed record StockOutboxEvent(
    long Seq, string Id, string ProductId, string Type, string Payload, DateTimeOffset OccurredAt, TraceContext? Trace = null);

/// <summary>Events that were committed with their products and are not known to be published.</summary>
internal interface IStockOutbox
{
    /// <summary>The oldest rows of a partition. Those of a product come in the order they were written: its writes follow one another.</summary>
    Task<IReadOnlyList<StockOutboxEvent>> Read(int partition, int limit);

    /// <summary>Deletes published rows.</summary>
    Task Delete(IReadOnlyList<long> published);
}

/// <summary>Publishes events of products to Kafka.</summary>
internal interface IStockEventPublisher
{
    /// <summary>Publishes an event. Returns null once Kafka has acknowledged it, else why it has not.</summary>
    Task<string?> Publish(StockOutboxEvent stockEvent);
}
