using System.Data.Common;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Postgres;

namespace OrderFlow.Silo.Kafka;

/// <summary>
/// Has an event that is new in <c>Notifications__Events</c> notified from the moment on which it is switched on. That moment, and the end of each partition then, are
/// recorded once, before this silo takes orders; whichever silo is assigned a partition first commits its end.
/// </summary>
internal sealed partial class EventSwitch(
    NotificationEvents events, SwitchOnOffsets offsets, IOptions<NotificationOptions> options, TimeProvider time, ILogger<EventSwitch> log)
    : PollingService(time), ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = time;
    private readonly long _started = time.GetTimestamp();
    private IReadOnlyDictionary<string, NotificationEvent> _events = new Dictionary<string, NotificationEvent>();

    private IReadOnlyList<string> Types => options.Value.EventTopics;

    /// <summary>When the event was switched on; null where it always was.</summary>
    public DateTimeOffset? SwitchedOnAt(string type) => Volatile.Read(ref _events).GetValueOrDefault(type)?.SwitchedOnAt;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(EventSwitch), ServiceLifecycleStage.ApplicationServices, _ => SwitchOn());

    /// <summary>Makes sure before anything is read that Kafka has said where reading begins, and learns it.</summary>
    /// <exception cref="KafkaException">Kafka does not say.</exception>
    /// <exception cref="DbException">The database does not.</exception>
    public async Task Settle()
    {
        var unsettled = (await events.Read(Types)).Where(known => known.StartOffsets is null).Select(known => known.Type).ToList();
        if (unsettled.Count > 0)
        {
            foreach (var (type, topic) in offsets.Ask(unsettled)) await events.Settle(type, topic.HasCommitted);
        }

        Volatile.Write(ref _events, (await events.Read(Types)).ToDictionary(known => known.Type));
    }

    /// <summary>
    /// Where to read these partitions from. Of those that were never read since their event was switched on that is committed here, unless more is. On the consumer's
    /// thread, which must not throw: the client would wait for an assignment for ever.
    /// </summary>
    public IEnumerable<TopicPartitionOffset> Starts(IConsumer<byte[], byte[]> consumer, IReadOnlyList<TopicPartition> assigned)
    {
        var starts = assigned.Select(partition => (Partition: partition, Start: StartOf(partition))).Where(start => start.Start is not null)
            .ToDictionary(start => start.Partition, start => new TopicPartitionOffset(start.Partition, start.Start!.Value));
        if (starts.Count > 0) starts = Commit(consumer, starts);
        return assigned.Select(partition => starts.GetValueOrDefault(partition) ?? new(partition, Offset.Unset));   // else from what is committed
    }

    private Dictionary<TopicPartition, TopicPartitionOffset> Commit(
        IConsumer<byte[], byte[]> consumer, Dictionary<TopicPartition, TopicPartitionOffset> starts)
    {
        try
        {
            var due = consumer.Committed(starts.Keys, AnswerTimeout)
                .Where(committed => committed.Offset.Value < starts[committed.TopicPartition].Offset.Value)   // negative where nothing is committed
                .Select(committed => starts[committed.TopicPartition])
                .Where(start => start.Offset.Value <= consumer.QueryWatermarkOffsets(start.TopicPartition, AnswerTimeout).High)   // else the topic was made anew
                .ToList();
            if (due.Count > 0) consumer.Commit(due);
            foreach (var start in due) LogStarts(start.Topic, start.Partition.Value, start.Offset.Value);
            foreach (var topic in starts.Keys.GroupBy(partition => partition.Topic))
                RecordStarted(Volatile.Read(ref _events)[topic.Key], [.. topic.Select(partition => partition.Partition.Value)]).GetAwaiter().GetResult();
            return due.ToDictionary(start => start.TopicPartition);
        }
        catch (KafkaException error)
        {
            LogNotCommitted(error.Error.Reason);   // whoever is assigned them next tries again; what is read twice meanwhile is notified once
            return starts;
        }
    }

    /// <summary>What silos have on is said now and then: what none says any more, and one has not, is off.</summary>
    protected override async Task Poll(CancellationToken cancellationToken)
    {
        await events.AreOn(Types);
        if (_time.GetElapsedTime(_started) > NotificationEvents.OffDelay) await events.OthersAreOff(Types);   // time for the others to start, too
    }

    private async Task SwitchOn()
    {
        var known = (await events.Read(Types)).ToDictionary(row => row.Type);
        var off = Types.Distinct().Where(type => !known.TryGetValue(type, out var row) || !row.IsOn).ToList();
        if (off.Count == 0) return;

        var topics = await Ask(off);
        foreach (var type in off)
        {
            var topic = topics?[type];
            var wasOn = topic is { HasCommitted: true } && !known.ContainsKey(type);   // by a version that did not record it
            if (await events.SwitchOn(type, wasOn, wasOn ? [] : topic?.Ends)) LogSwitchedOn(type, Start(wasOn, topic));
        }
    }

    private static string Start(bool wasOn, TopicOffsets? topic) =>
        wasOn ? "was read before, and is read on from what is committed"
        : topic is null ? "starts with what occurs from now on, for Kafka does not say where its topic ends"
        : "starts at the end of its topic";

    private async Task<IReadOnlyDictionary<string, TopicOffsets>?> Ask(IReadOnlyCollection<string> topics)
    {
        try
        {
            return await Task.Run(() => offsets.Ask(topics));
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

    /// <summary>Where that fails, whoever is assigned the partition next finds it committed.</summary>
    private async Task RecordStarted(NotificationEvent switchedOn, IReadOnlyList<int> partitions)
    {
        try
        {
            await events.Started(switchedOn, partitions);
        }
        catch (Exception error) when (error is DbException or InvalidOperationException or TimeoutException)
        {
            LogNotRecorded(switchedOn.Type, error.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Notifications of {Type} are switched on: it {Start}")]
    private partial void LogSwitchedOn(string type, string start);

    [LoggerMessage(LogLevel.Information, "{Topic}/{Partition} is read from {Offset} on, its end when the event was switched on")]
    private partial void LogStarts(string topic, int partition, long offset);

    [LoggerMessage(LogLevel.Warning, "Where events that were switched on start could not be committed; they are read from there: {Reason}")]
    private partial void LogNotCommitted(string reason);

    [LoggerMessage(LogLevel.Warning, "Where {Type} starts is committed, which could not be recorded: {Reason}")]
    private partial void LogNotRecorded(string type, string reason);
}
