using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Embedded;

namespace OrderFlow.Tests.Fixtures;

/// <summary>A record of a topic.</summary>
internal sealed record KafkaRecord(string Topic, string? Key, string? Value, IReadOnlyDictionary<string, string> Headers, int Partition, long Offset, DateTimeOffset Time);

/// <summary>
/// A Kafka broker for one test, in this process, with every topic of OrderFlow.
/// Its records can be read at any time, without a consumer group.
/// </summary>
internal sealed class EmbeddedKafka : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);

    private readonly EmbeddedBroker _broker;
    private readonly int _partitions;

    /// <param name="partitions">Of each topic.</param>
    /// <param name="sessionTimeout">The session timeout of <c>group.protocol=consumer</c>; six seconds by default.</param>
    /// <param name="brokers">The number of brokers, numbered from 1; they lead the partitions in turns.</param>
    public EmbeddedKafka(int partitions = 3, TimeSpan? sessionTimeout = null, int brokers = 1)
    {
        _partitions = partitions;
        _broker = new(partitions, Topics.All, sessionTimeout, brokers);
    }

    public string BootstrapServers => _broker.BootstrapServers;

    /// <inheritdoc cref="EmbeddedBroker.Down"/>
    public void Down() => _broker.Down();

    /// <inheritdoc cref="EmbeddedBroker.Down"/>
    public void Down(int broker) => _broker.Down(broker);

    /// <inheritdoc cref="EmbeddedBroker.Up"/>
    public void Up() => _broker.Up();

    /// <inheritdoc cref="EmbeddedBroker.Up"/>
    public void Up(int broker) => _broker.Up(broker);

    /// <inheritdoc cref="EmbeddedBroker.SetLeader"/>
    public void SetLeader(string topic, int partition, int broker) => _broker.SetLeader(topic, partition, broker);

    /// <inheritdoc cref="EmbeddedBroker.SetCoordinator"/>
    public void SetCoordinator(string group, int broker) => _broker.SetCoordinator(group, broker);

    /// <inheritdoc cref="EmbeddedBroker.FailRequests"/>
    public void FailRequests(short apiKey, params int[] errors) => _broker.FailRequests(apiKey, errors);

    public void Dispose() => _broker.Dispose();

    /// <summary>Reads all records of these topics, partition by partition in their order.</summary>
    public async Task<IReadOnlyList<KafkaRecord>> ReadAll(params string[] topics)
    {
        var (records, ended) = await Read(topics, (_, partitionsRead) => partitionsRead == topics.Length * _partitions);
        if (!ended) throw new TimeoutException($"waited {Deadline.TotalSeconds:0} s for the ends of {string.Join(", ", topics)}");
        return [.. records.OrderBy(record => record.Topic, StringComparer.Ordinal).ThenBy(record => record.Partition)];
    }

    /// <summary>Reads these topics from their beginnings until the condition holds for the records.</summary>
    public async Task<IReadOnlyList<KafkaRecord>> ReadUntil(string awaited, Func<IReadOnlyList<KafkaRecord>, bool> condition, params string[] topics)
    {
        var (records, ended) = await Read(topics, (read, _) => condition(read));
        if (ended) return records;
        var latest = records.Count > 0 ? records[^1] : null;
        throw new TimeoutException($"waited {Deadline.TotalSeconds:0} s for {awaited}; of {records.Count} records the latest: {latest}");
    }

    private Task<(IReadOnlyList<KafkaRecord> Records, bool Ended)> Read(string[] topics, Func<IReadOnlyList<KafkaRecord>, int, bool> isEnough) => Task.Run(() =>
    {
        var records = new List<KafkaRecord>();
        var partitionsRead = new HashSet<TopicPartition>();
        using var consumer = Consumer(topics);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Deadline;)
        {
            var result = consumer.Consume(PollTime);
            if (result is { IsPartitionEOF: true }) partitionsRead.Add(result.TopicPartition);
            else if (result is not null) records.Add(ToRecord(result));
            if (isEnough(records, partitionsRead.Count)) return ((IReadOnlyList<KafkaRecord>)records, true);
        }

        return (records, false);
    });

    private IConsumer<string?, string?> Consumer(string[] topics)
    {
        var consumer = new ConsumerBuilder<string?, string?>(new ConsumerConfig
        {
            BootstrapServers = BootstrapServers,
            GroupId = "the-test-itself",   // required, though no group is joined
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 10,   // an empty fetch shows the end of a partition
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(
            from topic in topics
            from partition in Enumerable.Range(0, _partitions)
            select new TopicPartitionOffset(topic, partition, Offset.Beginning));
        return consumer;
    }

    private static KafkaRecord ToRecord(ConsumeResult<string?, string?> result) => new(
        result.Topic,
        result.Message.Key,
        result.Message.Value,
        result.Message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes())),
        result.Partition.Value,
        result.Offset.Value,
        result.Message.Timestamp.UtcDateTime);
}
