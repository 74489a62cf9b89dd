using System.Text;
using OrderFlow.Inventory;
using OrderFlow.Outbox;

namespace OrderFlow.Silo.Kafka.Producer;

/// <inheritdoc cref="IStockEventPublisher"/>
internal sealed class StockEventPublisher(KafkaProducer producer, EventMetrics metrics) : IStockEventPublisher
{
    public async Task<string?> Publish(StockOutboxEvent stockEvent)
    {
        if (!StockLevelChanged.Names.Contains(stockEvent.Type)) return $"this version does not know events of type {stockEvent.Type}";

        var startTime = EventTraces.StartTime(stockEvent.Trace);
        var failure = await producer.Send(stockEvent.Type, new()
        {
            Key = Encoding.UTF8.GetBytes(stockEvent.ProductId),
            Value = Encoding.UTF8.GetBytes(stockEvent.Payload),
            Headers = CloudEventHeaders.Of(
                CloudEventHeaders.StockSource, stockEvent.Id, stockEvent.Type, stockEvent.ProductId, stockEvent.OccurredAt, stockEvent.Trace),
        });
        if (failure is null) metrics.Published(stockEvent.Type);
        EventTraces.RecordSend(stockEvent.Type, stockEvent.Id, stockEvent.Trace, startTime, failure);
        return failure?.Reason;
    }
}
