using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Consumer;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

/// <summary>The lag of the consumer group, whatever its coordinator does.</summary>
public sealed class ConsumerGroupLag : IDisposable
{
    private const short OffsetFetch = 9;
    private const short FindCoordinator = 10;
    private const int CoordinatorLoadInProgress = 14;
    private const int CoordinatorNotAvailable = 15;
    private const int NotCoordinator = 16;

    private static readonly TopicPartition Partition = new(Topics.Reserved, 0);

    private readonly EmbeddedKafka _kafka = new(partitions: 2, brokers: 2);
    private readonly ServiceProvider _services;
    private readonly string _group;

    public ConsumerGroupLag()
    {
        _services = new ServiceCollection()
            .AddLogging().AddOptions()
            .AddSingleton(TimeProvider.System)
            .Configure<KafkaOptions>(options => options.BootstrapServers = _kafka.BootstrapServers)
            .AddSingleton<KafkaAvailability>().AddSingleton<GroupOffsets>()
            .BuildServiceProvider();
        _group = new KafkaOptions().GroupId;
        _kafka.SetCoordinator(_group, 2);
    }

    private GroupOffsets Offsets => _services.GetRequiredService<GroupOffsets>();

    public void Dispose()
    {
        _services.Dispose();
        _kafka.Dispose();
    }

    [Fact]
    public async Task Lag_counts_uncommitted_messages_with_a_running_consumer_and_a_stopped_one()
    {
        await Produce(5);
        Assert.Equal(5, await Lag());

        using (var consumer = Consumer())
        {
            consumer.Subscribe(Topics.Reserved);
            for (var read = 0; read < 3;)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is not { } message) continue;
                consumer.Commit(message);
                read++;
            }

            Assert.Equal(2, await Lag());
            consumer.Close();
        }

        await Produce(4);
        Assert.Equal(6, await Lag());
    }

    [Theory]
    [InlineData(OffsetFetch, NotCoordinator)]
    [InlineData(OffsetFetch, CoordinatorLoadInProgress)]
    [InlineData(FindCoordinator, CoordinatorNotAvailable)]
    public async Task A_coordinator_that_moves_or_loads_fails_a_few_requests_at_most(short request, int error)
    {
        await Produce(5);
        _kafka.FailRequests(request, [.. Enumerable.Repeat(error, 10)]);

        Assert.Equal(5, await LagSoon());
        _kafka.FailRequests(request, [.. Enumerable.Repeat(error, 10)]);
        _kafka.SetCoordinator(_group, 1);
        Assert.Equal(5, await LagSoon());
    }

    [Fact]
    public async Task A_coordinator_that_is_down_fails_requests_until_it_is_back()
    {
        await Produce(5);
        Assert.Equal(5, await Lag());

        _kafka.Down(broker: 2);
        for (var request = 0; request < 3; request++) await Assert.ThrowsAnyAsync<KafkaException>(Lag);   // after the third the client is replaced

        _kafka.Up(broker: 2);
        Assert.Equal(5, await LagSoon());
    }

    [Fact]
    public async Task A_request_while_the_silo_stops_fails()
    {
        _kafka.Down();
        var request = Assert.ThrowsAnyAsync<Exception>(Lag);
        Offsets.Dispose();
        Assert.True(await request is KafkaException or ObjectDisposedException);
        await Assert.ThrowsAsync<ObjectDisposedException>(Lag);
    }

    private Task<long> Lag() => Task.Run(() => Offsets.Read([Partition, new(Topics.Reserved, 1)]).Sum(offsets => offsets.Lag));

    private Task<long> LagSoon() => Eventually.Get(
        "an answer",
        async () =>
        {
            try
            {
                return await Lag();
            }
            catch (KafkaException)
            {
                return -1;
            }
        },
        lag => lag >= 0);

    private async Task Produce(int messages)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _kafka.BootstrapServers }).SetLogHandler((_, _) => { }).Build();
        for (var n = 0; n < messages; n++) await producer.ProduceAsync(Partition, new() { Key = "1", Value = "any" });
    }

    private IConsumer<string, string> Consumer() => new ConsumerBuilder<string, string>(new ConsumerConfig
    {
        BootstrapServers = _kafka.BootstrapServers,
        GroupId = _group,
        GroupProtocol = GroupProtocol.Consumer,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
    }).SetLogHandler((_, _) => { }).Build();
}
