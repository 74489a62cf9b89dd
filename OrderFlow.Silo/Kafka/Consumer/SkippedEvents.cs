using System.Collections.Concurrent;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>Counts the events that are skipped because of when they occurred, and logs their number at most once a minute.</summary>
internal sealed partial class SkippedEvents(EventMetrics metrics, TimeProvider time, ILogger<SkippedEvents> log) : PollingService(time)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Topic, SkipReason Reason), int> _unlogged = [];
    private long? _loggedAt;

    public void Add(string topic, SkipReason reason)
    {
        metrics.Skipped(topic, reason);
        _unlogged.AddOrUpdate((topic, reason), 1, (_, count) => count + 1);
    }

    protected override Task Poll(CancellationToken cancellationToken)
    {
        if (_unlogged.IsEmpty || (_loggedAt is { } logged && Time.GetElapsedTime(logged) < LogInterval)) return Task.CompletedTask;

        _loggedAt = Time.GetTimestamp();
        foreach (var skipped in _unlogged.Keys)
        {
            if (_unlogged.TryRemove(skipped, out var count)) LogSkipped(count, skipped.Topic, EventAge.LabelOf(skipped.Reason));
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Warning, "Customers were not notified of {Count} events of {Topic}: {Reason}")]
    private partial void LogSkipped(int count, string topic, string reason);
}
