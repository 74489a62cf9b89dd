using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Kafka;

/// <summary>
/// Sees to it that the topics are there, and sends one message to <c>order.test</c> for each start of a silo: once it is acknowledged, the way to Kafka is
/// known to be open. Later, while Kafka is away, looks for its return: an idle silo sends nothing that would tell.
/// </summary>
internal sealed partial class ConnectivityCheck(
    KafkaProducer producer, KafkaState state, IOptions<SiloOptions> silo, TimeProvider time, ILogger<ConnectivityCheck> log) : BackgroundService
{
    /// <summary>What is sent.</summary>
    public const string TestMessage = """{"hello":"world"}""";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Pass()
    {
        var missing = Topics.All.Except(await Look()).ToList();
        if (missing.Count > 0)
        {
            await Create(missing);
            LogCreated(string.Join(", ", missing));
        }

        var started = time.GetUtcNow();
        var message = new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(silo.Value.SiloName),
            Value = Encoding.UTF8.GetBytes(TestMessage),
            Headers = CloudEventHeaders.Of($"{silo.Value.SiloName}-{started.ToUnixTimeMilliseconds()}", Topics.Test, silo.Value.SiloName, started),
        };
        if (await producer.Send(Topics.Test, message) is not null) return;

        _passed.SetResult();
        LogPassed(Topics.Test);
    }

    /// <summary>The topics that Kafka has; that it answers says something, too.</summary>
    private async Task<IReadOnlyList<string>> Look()
    {
        var metadata = await Task.Run(() => producer.Look(Patience));
        if (Passed.IsCompleted) state.Answered();
        return metadata.Topics.ConvertAll(topic => topic.Topic);
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

    [LoggerMessage(LogLevel.Information, "Kafka has acknowledged the test message on {Topic}")]
    private partial void LogPassed(string topic);
}
