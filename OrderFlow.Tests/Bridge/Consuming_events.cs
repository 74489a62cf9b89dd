using System.Text;
using Confluent.Kafka;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;

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

    [Fact]
    public async Task A_silo_that_leaves_commits_nothing_that_was_not_answered()
    {
        await Start();
        var held = Cluster.Faults.Hold("Notify");
        var id = await PlaceReserved();
        await Eventually.Get("the event on its way to its grain", () => Task.FromResult(held.Waiting), waiting => waiting == 1);

        await Cluster.KillOneSilo();

        Assert.Equal($"{id}-2", await NextOfTheGroup());
    }

    private async Task Start(int consumedAtOnce = 256)
    {
        _started = await OrderFlowCluster.Start(silos: 1, world: _world, settings: new KeyValuePair<string, string?>("Kafka:ConsumedAtOnce", $"{consumedAtOnce}"));
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

    /// <summary>What another member of the group is given first.</summary>
    private Task<string> NextOfTheGroup() => Task.Run(() =>
    {
        using var member = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = _world.Kafka.BootstrapServers,
            GroupId = Group,
            GroupProtocol = GroupProtocol.Consumer,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        member.Subscribe(Topics.Reserved);
        var next = member.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException("waited 30 s for a message that the silo has not committed");
        return Encoding.UTF8.GetString(next.Message.Headers.GetLastBytes("ce_id"));
    });
}
