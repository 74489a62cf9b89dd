using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka;

/// <summary>
/// Sees to it that the topics are there, and sends one message to <c>order.test</c> for each start of a silo: once it is acknowledged, the way to Kafka is
/// known to be open. Later, while Kafka is away, looks for its return: an idle silo sends nothing that would tell. While partitions take no messages, topics
/// that were deleted are made again, and the producer is replaced where that may help.
/// </summary>
internal sealed partial class ConnectivityCheck(
    KafkaProducer producer, KafkaState state, IOptions<SiloOptions> silo, TimeProvider time, ILogger<ConnectivityCheck> log) : BackgroundService
{
    /// <summary>What is sent.</summary>
    public const string TestMessage = """{"hello":"world"}""";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>How often topics are looked at while partitions take no messages.</summary>
    private static readonly TimeSpan RepairInterval = TimeSpan.FromSeconds(5);

    /// <summary>A partition that has a leader and has taken nothing for so long, since the first message timed out, may be one that the client knows wrong.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan MinRenewInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxRenewInterval = TimeSpan.FromMinutes(5);

    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _renewInterval = MinRenewInterval;
    private long? _renewedAt;
    private bool _isRepairFailing;
    private long _repairedAt = time.GetTimestamp();

    /// <summary>Completes once this start's test message was acknowledged: the topics are there.</summary>
    public Task Passed => _passed.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (!Passed.IsCompleted) await Pass();
                else if (!state.IsThere) await Look();

            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                state.Failed(error.Message);
            }

            if (Passed.IsCompleted) await RepairIfDue();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Pass()
    {
        await CreateMissing(await Look());

        var started = time.GetUtcNow();
        var message = new Message<byte[], byte[]>   // without a key, which would tie it to one partition: that may be the one without a leader
        {
            Value = Encoding.UTF8.GetBytes(TestMessage),
            Headers = CloudEventHeaders.Of($"{silo.Value.SiloName}-{started.ToUnixTimeMilliseconds()}", Topics.Test, silo.Value.SiloName, started),
        };
        if (await producer.Send(Topics.Test, message) is not null) return;

        _passed.SetResult();
        LogPassed(Topics.Test);
    }

    /// <summary>What Kafka has; that it answers says something, too.</summary>
    private async Task<Metadata> Look()
    {
        var metadata = await Task.Run(() => producer.Look(Patience));
        if (Passed.IsCompleted) state.Answered();
        return metadata;
    }

    /// <summary>Partitions that take no messages: their topic may have been deleted, or deleted and made anew, which the client does not notice.</summary>
    private async Task RepairIfDue()
    {
        if (state.FailingPartitions == 0)
        {
            _renewInterval = MinRenewInterval;
            return;
        }

        if (time.GetElapsedTime(_repairedAt) < RepairInterval) return;

        _repairedAt = time.GetTimestamp();
        try
        {
            await Repair(await Look());
            _isRepairFailing = false;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (!_isRepairFailing && state.IsThere) LogNotRepaired(error.Message);
            _isRepairFailing |= state.IsThere;
        }
    }

    private async Task Repair(Metadata metadata)
    {
        await CreateMissing(metadata);
        if (_renewedAt is { } at && time.GetElapsedTime(at) < _renewInterval) return;
        if (state.FailingFor(RenewAfter).FirstOrDefault(partition => HasLeader(metadata, partition)) is not { } stuck) return;

        if (_renewedAt is not null) _renewInterval = TimeSpan.FromTicks(Math.Min(_renewInterval.Ticks * 2, MaxRenewInterval.Ticks));
        _renewedAt = time.GetTimestamp();
        producer.Renew();
        LogRenewed(stuck.Topic, stuck.Partition.Value);
    }

    private static bool HasLeader(Metadata metadata, TopicPartition failing) => metadata.Topics.Exists(topic => topic.Topic == failing.Topic
        && topic.Partitions.Exists(partition => (partition.PartitionId == failing.Partition.Value || failing.Partition == Partition.Any) && partition.Leader >= 0));

    private async Task CreateMissing(Metadata metadata)
    {
        var missing = Topics.All.Except(metadata.Topics.Where(topic => topic.Error.Code != Confluent.Kafka.ErrorCode.UnknownTopicOrPart).Select(topic => topic.Topic)).ToList();
        if (missing.Count == 0) return;

        await Create(missing);
        LogCreated(string.Join(", ", missing));
    }

    private async Task Create(IReadOnlyList<string> topics)
    {
        try
        {
            await producer.Create(topics);
        }
        catch (Confluent.Kafka.Admin.CreateTopicsException refused) when (refused.Results.TrueForAll(IsThere))
        {
            // Another silo was quicker.
        }
    }

    private static bool IsThere(Confluent.Kafka.Admin.CreateTopicReport report) =>
        !report.Error.IsError || report.Error.Code == Confluent.Kafka.ErrorCode.TopicAlreadyExists;

    [LoggerMessage(LogLevel.Information, "Created the topics {Topics}")]
    private partial void LogCreated(string topics);

    [LoggerMessage(LogLevel.Warning, "The client that publishes is replaced: {Topic}/{Partition} has a leader and takes no messages")]
    private partial void LogRenewed(string topic, int partition);

    [LoggerMessage(LogLevel.Warning, "Topics cannot be looked at or made, and it is tried again: {Reason}")]
    private partial void LogNotRepaired(string reason);

    [LoggerMessage(LogLevel.Information, "Kafka has acknowledged the test message on {Topic}")]
    private partial void LogPassed(string topic);
}
