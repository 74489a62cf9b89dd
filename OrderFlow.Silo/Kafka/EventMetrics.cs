using System.Diagnostics.Metrics;

namespace OrderFlow.Silo.Kafka;

/// <summary>What crosses the bridge, counted by type or topic, never by order. Part of the meter <see cref="BridgeMetrics.MeterName"/>.</summary>
internal sealed class EventMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _published = Counter(meters, "orderflow.events.published", "Events that Kafka has acknowledged, by type.");
    private readonly Counter<long> _consumed = Counter(meters, "orderflow.events.consumed", "Messages that were handled, by topic.");
    private readonly Counter<long> _deadLettered = Counter(meters, "orderflow.events.dead_lettered", "Messages that could never be handled, by topic.");

    private readonly Counter<long> _skipped = Counter(meters, "orderflow.events.skipped", "Events that were not notified for the time at which they occurred, by topic and reason.");

    public void Published(string type) => _published.Add(1, new KeyValuePair<string, object?>("type", type));

    public void Consumed(string topic) => _consumed.Add(1, new KeyValuePair<string, object?>("topic", topic));

    public void DeadLettered(string topic) => _deadLettered.Add(1, new KeyValuePair<string, object?>("topic", topic));

    public void Skipped(string topic, SkipReason reason) => AddSkipped(1, topic, reason);

    /// <summary>Tells that nothing was counted yet: a counter that appears with its first event has no rate that an alert could see.</summary>
    public void StartAtZero()
    {
        foreach (var topic in Topics.All)
        {
            _deadLettered.Add(0, new KeyValuePair<string, object?>("topic", topic));
            foreach (var reason in Enum.GetValues<SkipReason>()) AddSkipped(0, topic, reason);
        }
    }

    private void AddSkipped(int count, string topic, SkipReason reason) => _skipped.Add(count, new("topic", topic), new("reason", EventAge.Name(reason)));

    private static Counter<long> Counter(IMeterFactory meters, string name, string description) =>
        meters.Create(BridgeMetrics.MeterName).CreateCounter<long>(name, "{event}", description);
}
