using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Consumer;
using OrderFlow.Silo.Notifications;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Bridge;

/// <summary>What happens to consumed events when their handling fails or is slow, or the client breaks.</summary>
public sealed class OrderEventConsumption : IAsyncLifetime
{
    private const string Group = "orderflow-notifications";

    /// <summary>ConsumerGroupHeartbeat and UNSUPPORTED_VERSION in the protocol: after this error librdkafka needs a new consumer.</summary>
    private const short Heartbeat = 68;
    private const int UnsupportedVersion = 35;

    private static readonly IReadOnlyList<string> ConsumedTopics = new NotificationOptions().EventTopics;

    private readonly ExternalSystems _external = new(partitions: 1);
    private OrderFlowCluster? _started;

    private OrderFlowCluster Cluster => _started ?? throw new InvalidOperationException("the cluster has not started");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_started is not null) await _started.DisposeAsync();
        _external.Dispose();
    }

    [Fact]
    public async Task A_client_that_breaks_is_replaced_by_one_with_all_permits()
    {
        _external.Kafka.FailRequests(Heartbeat, UnsupportedVersion, UnsupportedVersion);
        await Start(maxInFlight: 1);

        await AwaitNotified(await PlaceReserved());
    }

    [Fact]
    public async Task An_event_whose_handling_fails_four_times_is_notified()
    {
        await Start();
        for (var n = 0; n < OrderEventHandler.MaxFailures - 1; n++) Cluster.Faults.Fail("before call Notify");

        await AwaitNotified(await PlaceReserved());

        Assert.Equal(OrderEventHandler.MaxFailures - 1, Cluster.Faults.Count);
        Assert.Empty(await _external.Kafka.ReadAll(Topics.DeadLetter));
    }

    [Fact]
    public async Task An_event_whose_handling_fails_five_times_is_dead_lettered_and_the_next_is_notified()
    {
        await Start();
        for (var n = 0; n < OrderEventHandler.MaxFailures; n++) Cluster.Faults.Fail("before call Notify");

        var id = await PlaceReserved();
        var letter = Assert.Single(await _external.Kafka.ReadUntil("a dead letter", read => read.Count > 0, Topics.DeadLetter));
        await AwaitNotified(await PlaceReserved());

        Assert.Equal($"{id}-2", letter.Headers["ce_id"]);
        Assert.Contains("planned fault: before call Notify", letter.Headers["orderflow-reason"], StringComparison.Ordinal);
        Assert.DoesNotContain(_external.Sender.Sent, job => job.OrderId == id);
    }

    [Fact]
    public async Task No_more_events_than_allowed_are_in_flight()
    {
        await Start(maxInFlight: 2);
        var held = Cluster.Faults.Hold("Notify");
        for (var n = 0; n < 10; n++) await PlaceReserved();
        await _external.Kafka.ReadUntil("all ten orders", read => read.Count == 10, Topics.Reserved);
        await Eventually.Get("as many as allowed", () => Task.FromResult(held.Waiting), waiting => waiting >= 2);

        Assert.Equal(2, held.Waiting);
        held.Release();
        await Eventually.Get("all to be notified", () => Task.FromResult(_external.Sender.Sent.Count), sent => sent == 10);
    }

    /// <summary>A paused consumer does not learn of new messages itself.</summary>
    [Fact]
    public async Task Events_that_wait_for_a_permit_are_lag()
    {
        await Start(maxInFlight: 1);
        var held = Cluster.Faults.Hold("Notify");
        await PlaceReserved();
        await Eventually.Get("all permits to be taken", () => Task.FromResult(held.Waiting), waiting => waiting == 1);
        for (var n = 0; n < 4; n++) await PlaceReserved();

        await AwaitLag(5);
        held.Release();
        await AwaitLag(0);
    }

    [Fact]
    public async Task An_event_in_flight_is_not_committed_whatever_completes_after_it()
    {
        await Start();
        var held = Cluster.Faults.Hold("Notify");
        await PlaceReserved();
        await Eventually.Get("the event to be in flight", () => Task.FromResult(held.Waiting), waiting => waiting == 1);
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _external.Kafka.BootstrapServers }).Build();
        await producer.ProduceAsync(Topics.Failed, new() { Key = "poison", Value = "poison" });

        // One commit covers all partitions: the other topic has its chance, too.
        await AwaitCommitted(Topics.Failed, 1);
        Assert.Equal(0, await Committed(Topics.Reserved));

        held.Release();
        await AwaitCommitted(Topics.Reserved, 1);
    }

    [Fact]
    public async Task Partitions_that_are_assigned_while_the_consumer_is_paused_lose_no_event()
    {
        var log = new LogLines();
        using var external = new ExternalSystems(partitions: 3, log: log);
        await using var cluster = await OrderFlowCluster.Start(silos: 1, external: external, settings: new KeyValuePair<string, string?>("Kafka:MaxInFlight", "1"));
        await cluster.SetStock("consumed", 100);
        var held = cluster.Faults.Hold("Notify");
        for (var n = 0; n < 30; n++) await cluster.Settled(await cluster.Place(("consumed", 1)));
        await Eventually.Get("one to be held", () => Task.FromResult(held.Waiting), waiting => waiting == 1);

        for (var round = 1; round <= 2; round++)
        {
            using var leave = new CancellationTokenSource();
            var member = Task.Run(() => ReadInTheGroup(external, leave.Token));
            await AwaitLines(log, "The consumer gave up", round);
            await leave.CancelAsync();
            await member;
            await AwaitLines(log, $"and has {3 * ConsumedTopics.Count} now", 1 + round);
        }

        held.Release();
        await Eventually.Get("all to be notified", () => Task.FromResult(external.Sender.Sent.Select(job => job.OrderId).Distinct().Count()), notified => notified == 30);
    }

    private static Task AwaitLines(LogLines log, string what, int count) => Eventually.Get(
        $"{count} lines '{what}'", () => Task.FromResult(log.All.Count(line => line.Contains(what, StringComparison.Ordinal))), lines => lines >= count);

    /// <summary>Another member of the group, which commits nothing.</summary>
    private static void ReadInTheGroup(ExternalSystems external, CancellationToken leave)
    {
        using var member = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = external.Kafka.BootstrapServers,
            GroupId = Group,
            GroupProtocol = GroupProtocol.Consumer,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        }).Build();
        member.Subscribe(ConsumedTopics);
        while (!leave.IsCancellationRequested) member.Consume(TimeSpan.FromMilliseconds(100));
        member.Close();
    }

    private async Task Start(int maxInFlight = 256)
    {
        _started = await OrderFlowCluster.Start(silos: 1, external: _external, settings: new KeyValuePair<string, string?>("Kafka:MaxInFlight", $"{maxInFlight}"));
        await Cluster.SetStock("consumed", 100);
    }

    private async Task<long> PlaceReserved()
    {
        var id = await Cluster.Place(("consumed", 1));
        await Cluster.Settled(id);
        return id;
    }

    private Task AwaitNotified(long orderId) => Eventually.Get(
        $"order {orderId} to be notified", () => Task.FromResult(_external.Sender.Sent.Count(job => job.OrderId == orderId)), count => count == 1);

    private Task AwaitLag(long messages) => Eventually.Get(
        $"a lag of {messages}", () => Task.FromResult(Cluster.SiloServices.GetRequiredService<ConsumerLag>().ByTopic), lag => lag.TryGetValue(Topics.Reserved, out var behind) && behind == messages);

    private Task AwaitCommitted(string topic, long offset) => Eventually.Get($"offset {offset} of {topic} to be committed", () => Committed(topic), committed => committed == offset);

    private Task<long> Committed(string topic) => Task.Run(() =>
    {
        using var reader = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = _external.Kafka.BootstrapServers, GroupId = Group }).Build();
        return reader.Committed([new TopicPartition(topic, 0)], TimeSpan.FromSeconds(10)).Single().Offset.Value;
    });
}
