using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Bridge;

/// <summary>What a silo has read of Kafka, and what becomes of it where its handling fails, takes its time, or the client breaks.</summary>
public sealed class Consuming_events : IAsyncLifetime
{
    private const string Group = "orderflow-notifications";

    /// <summary>ConsumerGroupHeartbeat and UNSUPPORTED_VERSION, as the protocol numbers them: an answer after which librdkafka wants a new consumer.</summary>
    private const short Heartbeat = 68;
    private const int UnsupportedVersion = 35;

    private readonly World _world = new(partitions: 1);
    private OrderFlowCluster? _started;

    private OrderFlowCluster Cluster => _started ?? throw new InvalidOperationException("the cluster has not started");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_started is not null) await _started.DisposeAsync();
        _world.Dispose();
    }

    [Fact]
    public async Task A_client_that_breaks_is_replaced_by_one_with_as_much_room()
    {
        _world.Kafka.Refuse(Heartbeat, UnsupportedVersion, UnsupportedVersion);
        await Start(consumedAtOnce: 1);

        await AwaitTold(await PlaceReserved());
    }

    [Fact]
    public async Task One_whose_handling_fails_four_times_is_told_all_the_same()
    {
        await Start();
        for (var n = 0; n < OrderEventHandler.FaultLimit - 1; n++) Cluster.Faults.Fail("before call Notify");

        await AwaitTold(await PlaceReserved());

        Assert.Equal(OrderEventHandler.FaultLimit - 1, Cluster.Faults.Happened);
        Assert.Empty(await _world.Kafka.ReadAll(Topics.DeadLetter));
    }

    [Fact]
    public async Task One_whose_handling_fails_five_times_is_a_dead_letter_and_the_next_is_told()
    {
        await Start();
        for (var n = 0; n < OrderEventHandler.FaultLimit; n++) Cluster.Faults.Fail("before call Notify");

        var id = await PlaceReserved();
        var letter = Assert.Single(await _world.Kafka.ReadUntil("a dead letter", read => read.Count > 0, Topics.DeadLetter));
        await AwaitTold(await PlaceReserved());

        Assert.Equal($"{id}-2", letter.Headers["ce_id"]);
        Assert.Contains("planned fault: before call Notify", letter.Headers["orderflow-reason"], StringComparison.Ordinal);
        Assert.DoesNotContain(_world.Sender.Sent, job => job.OrderId == id);
    }

    [Fact]
    public async Task No_more_are_on_their_way_than_there_is_room_for()
    {
        await Start(consumedAtOnce: 2);
        var held = Cluster.Faults.Hold("Notify");
        for (var n = 0; n < 10; n++) await PlaceReserved();
        await _world.Kafka.ReadUntil("all ten orders", read => read.Count == 10, Topics.Reserved);
        await Eventually.Get("as many as there is room for", () => Task.FromResult(held.Waiting), waiting => waiting >= 2);

        Assert.Equal(2, held.Waiting);
        held.LetGo();
        await Eventually.Get("all to be told", () => Task.FromResult(_world.Sender.Sent.Count), sent => sent == 10);
    }

    /// <summary>When nothing is read any more, the consumer itself does not learn of what comes.</summary>
    [Fact]
    public async Task What_waits_while_there_is_no_room_is_lag()
    {
        await Start(consumedAtOnce: 1);
        var held = Cluster.Faults.Hold("Notify");
        await PlaceReserved();
        await Eventually.Get("no room", () => Task.FromResult(held.Waiting), waiting => waiting == 1);
        for (var n = 0; n < 4; n++) await PlaceReserved();

        await AwaitLag(5);
        held.LetGo();
        await AwaitLag(0);
    }

    [Fact]
    public async Task What_is_not_answered_is_not_committed_however_much_comes_after_it()
    {
        await Start();
        var held = Cluster.Faults.Hold("Notify");
        await PlaceReserved();
        await Eventually.Get("the event on its way to its grain", () => Task.FromResult(held.Waiting), waiting => waiting == 1);
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _world.Kafka.BootstrapServers }).Build();
        await producer.ProduceAsync(Topics.Failed, new() { Key = "poison", Value = "poison" });

        // A commit is of all partitions: that of the one message is with that of the other.
        await AwaitCommitted(Topics.Failed, 1);
        Assert.Equal(0, await Committed(Topics.Reserved));

        held.LetGo();
        await AwaitCommitted(Topics.Reserved, 1);
    }

    [Fact]
    public async Task Partitions_that_come_while_there_is_no_room_lose_nothing()
    {
        var log = new LogLines();
        using var world = new World(partitions: 3, log: log);
        await using var cluster = await OrderFlowCluster.Start(silos: 1, world: world, settings: new KeyValuePair<string, string?>("Kafka:MaxInFlight", "1"));
        await cluster.SetStock("consumed", 100);
        var held = cluster.Faults.Hold("Notify");
        for (var n = 0; n < 30; n++) await cluster.Settled(await cluster.Place(("consumed", 1)));
        await Eventually.Get("one to be held", () => Task.FromResult(held.Waiting), waiting => waiting == 1);

        for (var round = 1; round <= 2; round++)
        {
            using var leave = new CancellationTokenSource();
            var member = Task.Run(() => ReadInTheGroup(world, leave.Token));
            await AwaitLines(log, "no longer read here", round);
            await leave.CancelAsync();
            await member;
            await AwaitLines(log, "more are read here, 6 in all", 1 + round);
        }

        held.LetGo();
        await Eventually.Get("all to be told", () => Task.FromResult(world.Sender.Sent.Select(job => job.OrderId).Distinct().Count()), told => told == 30);
    }

    private static Task AwaitLines(LogLines log, string what, int count) => Eventually.Get(
        $"{count} lines '{what}'", () => Task.FromResult(log.All.Count(line => line.Contains(what, StringComparison.Ordinal))), lines => lines >= count);

    /// <summary>Another member of the group, which commits nothing.</summary>
    private static void ReadInTheGroup(World world, CancellationToken leave)
    {
        using var member = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = world.Kafka.BootstrapServers,
            GroupId = Group,
            GroupProtocol = GroupProtocol.Consumer,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        }).Build();
        member.Subscribe([Topics.Reserved, Topics.Failed]);
        while (!leave.IsCancellationRequested) member.Consume(TimeSpan.FromMilliseconds(100));
        member.Close();
    }

    private async Task Start(int consumedAtOnce = 256)
    {
        _started = await OrderFlowCluster.Start(silos: 1, world: _world, settings: new KeyValuePair<string, string?>("Kafka:MaxInFlight", $"{consumedAtOnce}"));
        await Cluster.SetStock("consumed", 100);
    }

    private async Task<long> PlaceReserved()
    {
        var id = await Cluster.Place(("consumed", 1));
        await Cluster.Settled(id);
        return id;
    }

    private Task AwaitTold(long orderId) => Eventually.Get(
        $"order {orderId} to be told", () => Task.FromResult(_world.Sender.Sent.Count(job => job.OrderId == orderId)), count => count == 1);

    private Task AwaitLag(long messages) => Eventually.Get(
        $"a lag of {messages}", () => Task.FromResult(Cluster.SiloServices.GetRequiredService<ConsumerLag>().ByTopic), lag => lag.TryGetValue(Topics.Reserved, out var behind) && behind == messages);

    private Task AwaitCommitted(string topic, long offset) => Eventually.Get($"offset {offset} of {topic} to be committed", () => Committed(topic), committed => committed == offset);

    private Task<long> Committed(string topic) => Task.Run(() =>
    {
        using var looker = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = _world.Kafka.BootstrapServers, GroupId = Group }).Build();
        return looker.Committed([new TopicPartition(topic, 0)], TimeSpan.FromSeconds(10)).Single().Offset.Value;
    });
}
