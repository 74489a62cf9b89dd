using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka.Producer;

/// <summary>
/// Creates missing topics and sends a test message at each start of a silo. Later, polls Kafka while it is unavailable: an idle silo sends nothing that would show its
/// return. While partitions take no messages, recreates deleted topics, and replaces the producer's client where that may help.
/// </summary>
internal sealed partial class ConnectivityCheck(
    KafkaProducer producer, TopicCreation topics, KafkaAvailability kafka, IOptions<SiloOptions> silo, TimeProvider time, ILogger<ConnectivityCheck> log)
    : BackgroundService
{
    public const string TestMessage = """{"hello":"world"}""";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How often topics are checked while partitions take no messages.</summary>
    private static readonly TimeSpan RepairInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long a partition with a leader fails before the client, whose metadata may be wrong, is replaced.</summary>
    private static readonly TimeSpan ReplaceDelay = TimeSpan.FromSeconds(8);

    /// <summary>The time between two replacements of the client.</summary>
    private static readonly ExponentialBackoff ReplaceInterval = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));

    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Outage _repairOutage = new();
    private int _replacements;
    private long _replacedAt;
    private long _repairedAt = time.GetTimestamp();

    /// <summary>Completes once this start's test message is acknowledged: the topics exist.</summary>
    public Task Passed => _passed.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (!Passed.IsCompleted) await SendTestMessage();
                else if (!kafka.IsAvailable) await GetMetadata();
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                kafka.Unreachable(error.Message);
            }

            if (Passed.IsCompleted) await RepairIfDue();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SendTestMessage()
    {
        await topics.CreateMissing(await GetMetadata());

        var started = time.GetUtcNow();
        var message = new Message<byte[], byte[]>   // without a key, which would tie it to one partition, maybe one without a leader
        {
            Value = Encoding.UTF8.GetBytes(TestMessage),
            Headers = CloudEventHeaders.Of(CloudEventHeaders.OrderSource, $"{silo.Value.SiloName}-{started.ToUnixTimeMilliseconds()}", Topics.Test, silo.Value.SiloName, started),
        };
        if (await producer.Send(Topics.Test, message) is not null) return;

        _passed.SetResult();
        LogPassed(Topics.Test);
    }

    private async Task<Metadata> GetMetadata()
    {
        var metadata = await Task.Run(() => producer.GetMetadata(MetadataTimeout));
        if (Passed.IsCompleted) kafka.Responded();
        return metadata;
    }

    /// <summary>Repairs what the client does not notice: that the topic of a failing partition was deleted, or deleted and created again.</summary>
    private async Task RepairIfDue()
    {
        if (kafka.FailingPartitions == 0)
        {
            _replacements = Math.Min(_replacements, 1);   // the next replacement waits for the shortest interval again
            return;
        }

        if (time.GetElapsedTime(_repairedAt) < RepairInterval) return;

        _repairedAt = time.GetTimestamp();
        try
        {
            await Repair(await GetMetadata());
            _repairOutage.End();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (kafka.IsAvailable && _repairOutage.Begin()) LogNotRepaired(error.Message);
        }
    }

    private async Task Repair(Metadata metadata)
    {
        await topics.CreateMissing(metadata);
        if (_replacements > 0 && time.GetElapsedTime(_replacedAt) < ReplaceInterval.DelayAfter(_replacements)) return;
        if (kafka.FailingFor(ReplaceDelay).FirstOrDefault(partition => HasLeader(metadata, partition)) is not { } stuck) return;

        _replacements++;
        _replacedAt = time.GetTimestamp();
        producer.ReplaceClient();
        LogReplaced(stuck.Topic, stuck.Partition.Value);
    }

    private static bool HasLeader(Metadata metadata, TopicPartition failing) => metadata.Topics.Exists(topic => topic.Topic == failing.Topic
        && topic.Partitions.Exists(partition => (partition.PartitionId == failing.Partition.Value || failing.Partition == Partition.Any) && partition.Leader >= 0));

    [LoggerMessage(LogLevel.Warning, "Replaced the client that publishes: Kafka partition {Topic}/{Partition} has a leader but takes no messages")]
    private partial void LogReplaced(string topic, int partition);

    [LoggerMessage(LogLevel.Warning, "Topics cannot be checked or created; the silo will retry: {Reason}")]
    private partial void LogNotRepaired(string reason);

    [LoggerMessage(LogLevel.Information, "Kafka has acknowledged the test message on {Topic}")]
    private partial void LogPassed(string topic);
}
