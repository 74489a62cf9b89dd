using System.Diagnostics.Metrics;

namespace OrderFlow.Silo.Kafka;

/// <summary>What crosses the bridge, as the meter <c>OrderFlow.Kafka</c>.</summary>
internal sealed class KafkaMetrics
{
    public const string MeterName = "OrderFlow.Kafka";

    private readonly Counter<long> _published;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _deadLettered;

    public KafkaMetrics(IMeterFactory meters, OutboxDepth outbox, KafkaState state)
    {
        var meter = meters.Create(MeterName);
        _published = meter.CreateCounter<long>("orderflow.events.published", "{event}", "Events that Kafka has acknowledged, by type.");
        _consumed = meter.CreateCounter<long>("orderflow.events.consumed", "{event}", "Messages that were handled, by topic.");
        _deadLettered = meter.CreateCounter<long>("orderflow.events.dead_lettered", "{event}", "Messages that could never be handled, by topic.");
        meter.CreateObservableGauge("orderflow.outbox.depth", () => outbox.Rows, "{event}", "Events that wait to be published.");
        meter.CreateObservableGauge("orderflow.outbox.oldest_age", () => outbox.OldestAge.TotalSeconds, "s", "How long the oldest of them has waited.");
        meter.CreateObservableGauge("orderflow.kafka.up", () => state.IsThere ? 1 : 0, description: "1 while Kafka acknowledges what it is sent.");
    }

    public void Published(string type) => _published.Add(1, new KeyValuePair<string, object?>("type", type));

    public void Consumed(string topic) => _consumed.Add(1, new KeyValuePair<string, object?>("topic", topic));

    public void DeadLettered(string topic) => _deadLettered.Add(1, new KeyValuePair<string, object?>("topic", topic));
}
