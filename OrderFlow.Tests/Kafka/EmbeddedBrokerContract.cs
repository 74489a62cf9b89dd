using System.Net.Sockets;
using System.Text;
using Confluent.Kafka;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Embedded;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

/// <summary>The embedded broker behaves as Kafka does, as far as OrderFlow depends on it.</summary>
public sealed class EmbeddedBrokerContract : IDisposable
{
    private const int Partitions = 3;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly EmbeddedKafka _kafka = new(Partitions);

    public void Dispose() => _kafka.Dispose();

    [Fact]
    public async Task Has_each_topic_with_the_partitions_asked_for()
    {
        using var producer = Producer();
        await producer.ProduceAsync(Topics.Test, new() { Value = "any" });

        using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
        var topics = admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics;
        Assert.Equal(
            Topics.All.Select(topic => (topic, Partitions)).Order(),
            topics.Select(topic => (topic.Topic, topic.Partitions.Count)).Order());
    }

    [Fact]
    public async Task Returns_records_with_their_key_and_headers_in_order()
    {
        using var producer = Producer();
        var produced = Enumerable.Range(0, 100).Select(n => (Key: $"order-{n % 10}", Value: $"{n}")).ToList();
        await Task.WhenAll(produced.Select(message => producer.ProduceAsync(Topics.Created, new()
        {
            Key = message.Key,
            Value = message.Value,
            Headers = new Headers { new Header("ce_id", Encoding.UTF8.GetBytes($"id of {message.Value}")) },
        })));

        var records = await _kafka.ReadAll(Topics.Created);

        Assert.All(records, record => Assert.Equal([new("ce_id", $"id of {record.Value}")], record.Headers));
        foreach (var key in records.GroupBy(record => record.Key))
        {
            Assert.Single(key.Select(record => record.Partition).Distinct());
            Assert.Equal(produced.Where(message => message.Key == key.Key).Select(message => message.Value), key.Select(record => record.Value));
        }

        foreach (var partition in records.GroupBy(record => record.Partition))
            Assert.Equal(Enumerable.Range(0, partition.Count()), partition.Select(record => (int)record.Offset));
        Assert.Equal(produced.Count, records.Count);
        Assert.Empty(await _kafka.ReadAll(Topics.Reserved, Topics.Failed));
    }

    [Fact]
    public async Task Refuses_connections_while_it_is_down_and_keeps_its_records()
    {
        var address = _kafka.BootstrapServers;
        using var patient = Producer();
        using var impatient = Producer(TimeSpan.FromSeconds(1));
        await patient.ProduceAsync(Topics.Created, new() { Key = "1", Value = "before" });

        _kafka.Down();
        _kafka.Down();
        var error = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => impatient.ProduceAsync(Topics.Created, new() { Key = "1", Value = "lost" }));
        Assert.Equal(Confluent.Kafka.ErrorCode.Local_MsgTimedOut, error.Error.Code);
        Assert.Equal(SocketError.ConnectionRefused, await Connect(address));

        _kafka.Up();
        _kafka.Up();
        Assert.Equal(SocketError.Success, await Connect(address));
        Assert.Equal(address, _kafka.BootstrapServers);
        await patient.ProduceAsync(Topics.Created, new() { Key = "1", Value = "after" });
        Assert.Equal(["before", "after"], (await _kafka.ReadAll(Topics.Created)).Select(record => record.Value));
    }

    [Fact]
    public async Task A_producer_that_waits_until_it_is_up_duplicates_nothing()
    {
        using var producer = Producer();
        await producer.ProduceAsync(Topics.Created, new() { Key = "1", Value = "0" });

        _kafka.Down();
        var waiting = Enumerable.Range(1, 9).Select(n => producer.ProduceAsync(Topics.Created, new() { Key = "1", Value = $"{n}" })).ToList();
        _kafka.Up();
        await Task.WhenAll(waiting);

        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"{n}"), (await _kafka.ReadAll(Topics.Created)).Select(record => record.Value));
    }

    [Fact]
    public async Task A_group_continues_where_its_last_consumer_committed()
    {
        using var producer = Producer();
        await producer.ProduceAsync(Topics.Created, new() { Key = "1", Value = "first" });
        Assert.Equal("first", await ConsumeOne());

        await producer.ProduceAsync(Topics.Created, new() { Key = "1", Value = "second" });
        Assert.Equal("second", await ConsumeOne());
    }

    [Fact]
    public async Task Can_be_disposed_of_twice_while_callers_continue()
    {
        var broker = new EmbeddedBroker(Partitions);
        var callers = Enumerable.Range(0, 3).Select(_ => OnItsOwnThread(() =>
        {
            while (true)
            {
                broker.Down();
                broker.Up();
            }
        })).ToList();
        await Task.WhenAll(OnItsOwnThread(broker.Dispose), OnItsOwnThread(broker.Dispose)).WaitAsync(Deadline);

        foreach (var caller in callers) await Assert.ThrowsAsync<ObjectDisposedException>(() => caller.WaitAsync(Deadline));
    }

    [Fact]
    public void Names_the_topic_that_it_cannot_create()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new EmbeddedBroker(Partitions, ["twice", "twice"]));
        Assert.StartsWith("librdkafka could not create the topic twice with 3 partitions: ", error.Message, StringComparison.Ordinal);
    }

    private static Task OnItsOwnThread(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private IProducer<string, string> Producer(TimeSpan? messageTimeout = null) => new ProducerBuilder<string, string>(new ProducerConfig
    {
        BootstrapServers = _kafka.BootstrapServers,
        Acks = Acks.All,
        EnableIdempotence = true,
        MessageTimeoutMs = (int)(messageTimeout ?? Deadline).TotalMilliseconds,
    }).SetLogHandler((_, _) => { }).Build();

    private Task<string> ConsumeOne() => Task.Run(() =>
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = _kafka.BootstrapServers,
            GroupId = "group",
            GroupProtocol = GroupProtocol.Consumer,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Subscribe(Topics.Created);
        var result = consumer.Consume(Deadline) ?? throw new TimeoutException($"waited {Deadline.TotalSeconds:0} s for a record");
        consumer.Commit(result);
        consumer.Close();
        return result.Message.Value;
    });

    private static async Task<SocketError> Connect(string address)
    {
        var parts = address.Split(':');
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(parts[0], int.Parse(parts[1], null));
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }
}
