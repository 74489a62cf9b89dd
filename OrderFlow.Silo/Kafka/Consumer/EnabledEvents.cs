using System.Data.Common;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Postgres;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>
/// Makes notifications of an event added to <c>Notifications__Events</c> begin when it is enabled. That time, and the end of each partition of its topic, are recorded
/// once, before this silo takes orders; the first silo that is assigned a partition commits its end.
/// </summary>
internal sealed partial class EnabledEvents(
    NotificationEvents events, TopicOffsetReader offsets, IOptions<NotificationOptions> options, TimeProvider time, ILogger<EnabledEvents> log)
    : PollingService(time), ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly long _started = time.GetTimestamp();
    private IReadOnlyDictionary<string, NotificationEvent> _events = new Dictionary<string, NotificationEvent>();

    private IReadOnlyList<string> Types => options.Value.EventTopics;

    /// <summary>When the event was enabled; null where it always was.</summary>
    public DateTimeOffset? EnabledAt(string type) => Volatile.Read(ref _events).GetValueOrDefault(type)?.EnabledAt;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(EnabledEvents), ServiceLifecycleStage.ApplicationServices, _ => Enable());

    /// <summary>Loads where consuming starts; for events that were enabled while Kafka did not answer, asks it first.</summary>
    /// <exception cref="KafkaException">Kafka does not answer.</exception>
    /// <exception cref="DbException">The database does not answer.</exception>
    public async Task ResolveStarts()
    {
        var unresolved = (await events.Read(Types)).Where(known => known.StartOffsets is null).Select(known => known.Type).ToList();
        if (unresolved.Count > 0)
        {
            foreach (var (type, topic) in offsets.Read(unresolved)) await events.ResolveStart(type, topic.HasCommitted);
        }

        Volatile.Write(ref _events, (await events.Read(Types)).ToDictionary(known => known.Type));
    }

    /// <summary>
    /// Returns where to start consuming these partitions. Where none was consumed since its event was enabled, commits the recorded end, unless more is committed.
    /// Must not throw: on the consumer's thread, the client would wait for an assignment forever.
    /// </summary>
    public IEnumerable<TopicPartitionOffset> StartOffsets(IConsumer<byte[], byte[]> consumer, IReadOnlyList<TopicPartition> assigned)
    {
        var starts = assigned.Select(partition => (Partition: partition, Start: StartOf(partition))).Where(start => start.Start is not null)
            .ToDictionary(start => start.Partition, start => new TopicPartitionOffset(start.Partition, start.Start!.Value));
        if (starts.Count > 0) starts = Commit(consumer, starts);
        return assigned.Select(partition => starts.GetValueOrDefault(partition) ?? new(partition, Offset.Unset));   // unset: from what is committed
    }

    private Dictionary<TopicPartition, TopicPartitionOffset> Commit(
        IConsumer<byte[], byte[]> consumer, Dictionary<TopicPartition, TopicPartitionOffset> starts)
    {
        try
        {
            var due = consumer.Committed(starts.Keys, RequestTimeout)
                .Where(committed => committed.Offset.Value < starts[committed.TopicPartition].Offset.Value)   // negative where nothing is committed
                .Select(committed => starts[committed.TopicPartition])
                .Where(start => start.Offset.Value <= consumer.QueryWatermarkOffsets(start.TopicPartition, RequestTimeout).High)   // else the topic was recreated
                .ToList();
            if (due.Count > 0) consumer.Commit(due);
            foreach (var start in due) LogStart(start.Topic, start.Partition.Value, start.Offset.Value);
            foreach (var topic in starts.Keys.GroupBy(partition => partition.Topic))
                ClearStartOffsets(Volatile.Read(ref _events)[topic.Key], [.. topic.Select(partition => partition.Partition.Value)]).GetAwaiter().GetResult();
            return due.ToDictionary(start => start.TopicPartition);
        }
        catch (KafkaException error)
        {
            LogNotCommitted(error.Error.Reason);   // the partition's next consumer retries; no customer is notified twice of an event consumed twice
            return starts;
        }
    }

    /// <summary>Renews this silo's events, and disables others that no silo renews any more.</summary>
    protected override async Task Poll(CancellationToken cancellationToken)
    {
        await events.KeepEnabled(Types);
        if (Time.GetElapsedTime(_started) > NotificationEvents.DisableDelay) await events.DisableOthers(Types);   // the other silos need time to start, too
    }

    private async Task Enable()
    {
        var known = (await events.Read(Types)).ToDictionary(row => row.Type);
        var disabled = Types.Distinct().Where(type => !known.TryGetValue(type, out var row) || !row.IsEnabled).ToList();
        if (disabled.Count == 0) return;

        var topics = await TryRead(disabled);
        foreach (var type in disabled)
        {
            var topic = topics?[type];
            var wasEnabled = topic is { HasCommitted: true } && !known.ContainsKey(type);   // by a version that did not record it
            if (await events.Enable(type, wasEnabled, wasEnabled ? [] : topic?.Ends)) LogEnabled(type, DescribeStart(wasEnabled, topic));
        }
    }

    private static string DescribeStart(bool wasEnabled, TopicOffsets? topic) =>
        wasEnabled ? "from the committed offsets, for an earlier version consumed it"
        : topic is null ? "with events that occur from now on, for Kafka did not return the end of its topic"
        : "from the end of its topic";

    private async Task<IReadOnlyDictionary<string, TopicOffsets>?> TryRead(IReadOnlyCollection<string> topics)
    {
        try
        {
            return await Task.Run(() => offsets.Read(topics));
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    private long? StartOf(TopicPartition partition) =>
        Volatile.Read(ref _events).GetValueOrDefault(partition.Topic)?.StartOffsets is { } starts && partition.Partition.Value < starts.Length
            ? starts[partition.Partition.Value]
            : null;

    /// <summary>Records that the starts are committed. Where that fails, the partition's next consumer finds them committed.</summary>
    private async Task ClearStartOffsets(NotificationEvent enabled, IReadOnlyList<int> partitions)
    {
        try
        {
            await events.ClearStartOffsets(enabled, partitions);
        }
        catch (Exception error) when (error is DbException or InvalidOperationException or TimeoutException)
        {
            LogNotRecorded(enabled.Type, error.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Notifications of {Type} are enabled {Start}")]
    private partial void LogEnabled(string type, string start);

    [LoggerMessage(LogLevel.Information, "Consuming {Topic}/{Partition} starts at {Offset}, its end when the event was enabled")]
    private partial void LogStart(string topic, int partition, long offset);

    [LoggerMessage(LogLevel.Warning, "The start offsets of newly enabled events could not be committed; consuming starts there all the same: {Reason}")]
    private partial void LogNotCommitted(string reason);

    [LoggerMessage(LogLevel.Warning, "The start offsets of {Type} are committed, but this could not be recorded: {Reason}")]
    private partial void LogNotRecorded(string type, string reason);
}
