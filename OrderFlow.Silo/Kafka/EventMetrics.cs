using System.Diagnostics.Metrics;
using OrderFlow.Silo.Kafka.Consumer;

namespace OrderFlow.Silo.Kafka;

/// <summary>Counts published and consumed events by type or topic, never by order. Part of the meter <see cref="KafkaMetrics.MeterName"/>.</summary>
internal sealed class EventMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _published = Counter(meters, "orderflow.events.published", "Events that Kafka has acknowledged, by type.");
    private readonly Counter<long> _consumed = Counter(meters, "orderflow.events.consumed", "Messages that were handled, by topic.");
    private readonly Counter<long> _deadLettered = Counter(meters, "orderflow.events.dead_lettered", "Messages that can never be handled, by topic.");
    private readonly Counter<long> _skipped = Counter(meters, "orderflow.events.skipped", "Events skipped because of when they occurred, by topic and reason.");

    public void Published(string type) => _published.Add(1, new KeyValuePair<string, object?>("type", type));

    public void Consumed(string topic) => _consumed.Add(1, new KeyValuePair<string, object?>("topic", topic));

    public void DeadLettered(string topic) => _deadLettered.Add(1, new KeyValuePair<string, object?>("topic", topic));

    public void Skipped(string topic, SkipReason reason) => AddSkipped(1, topic, reason);

    /// <summary>Exports zeros: a counter that appears with its first event has no rate for an alert.</summary>
    public void StartAtZero()
    {
        foreach (var topic in Topics.All)
        {
            _deadLettered.Add(0, new KeyValuePair<string, object?>("topic", topic));
            foreach (var reason in Enum.GetValues<SkipReason>()) AddSkipped(0, topic, reason);
        }
    }

    private void AddSkipped(int count, string topic, SkipReason reason) => _skipped.Add(count, new("topic", topic), new("reason", EventAge.LabelOf(reason)));

    private static Counter<long> Counter(IMeterFactory meters, string name, string description) =>
        meters.Create(KafkaMetrics.MeterName).CreateCounter<long>(name, "{event}", description);
}
