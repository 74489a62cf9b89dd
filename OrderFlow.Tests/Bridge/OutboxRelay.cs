using System.Globalization;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Embedded;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Bridge;

/// <summary>What Kafka does not take of the outbox holds back its own order, and nothing else.</summary>
public sealed class OutboxRelay : IAsyncLifetime
{
    private const int Brokers = 2;
    private const int Partitions = 4;
    private const int Away = 2;

    /// <summary>Of the outbox: whatever holds up rows there holds up all of a test.</summary>
    private const int OnePartition = 3;

    private static readonly string[] Types = [Topics.Created, Topics.Created, Topics.Reserved];

    private readonly PostgresServer _server = new();
    private readonly LogLines _log = new();
    private readonly World _world;
    private OrderFlowCluster? _started;

    public OutboxRelay() => _world = new(partitions: Partitions, brokers: Brokers, log: _log);

    private OrderFlowCluster Cluster => _started ?? throw new InvalidOperationException("the cluster has not started");

    public async Task InitializeAsync()
    {
        _started = await OrderFlowCluster.Start(silos: 1, _server, world: _world);
        await _world.Kafka.ReadUntil("the test message", read => read.Count > 0, Topics.Test);   // the topics' partitions are known
    }

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        _world.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task With_one_of_two_brokers_away_events_for_the_other_go_on_and_the_rest_follow_its_return_in_order()
    {
        const int Orders = 2_000;
        _world.Kafka.Down(Away);
        await Write(1, Orders, OnePartition);

        var held = Enumerable.Range(1, Orders).Where(IsLedByTheOneAway).ToHashSet();
        Assert.InRange(held.Count, Orders / 3, 2 * Orders / 3);
        await AwaitRows(Types.Length * held.Count);
        await Write(Orders + 1, Orders + 100, OnePartition);
        held.UnionWith(Enumerable.Range(Orders + 1, 100).Where(IsLedByTheOneAway));
        await AwaitRows(Types.Length * held.Count);
        Assert.Equal(held.Order(), await OrdersInOutbox());

        _world.Kafka.Up(Away);
        await AwaitRows(0);

        var records = await _world.Kafka.ReadAll(Topics.Created, Topics.Reserved);
        Assert.Equal((Orders + 100) * Types.Length, records.Select(record => record.Headers["ce_id"]).Distinct().Count());
        foreach (var partition in records.GroupBy(record => (record.Topic, record.Partition))) Events.AssertInOrder(partition);
    }

    [Fact]
    public async Task More_events_than_are_read_at_once_that_Kafka_always_refuses_hold_up_no_other_order()
    {
        const int Refused = 600;
        Cluster.Faults.Refuse(told => told.OrderId <= Refused && told.Type == Topics.Created);
        await Write(1, Refused + 50, OnePartition);

        await AwaitRows(Types.Length * Refused);
        Assert.Equal(Enumerable.Range(1, Refused), await OrdersInOutbox());
        var refused = Cluster.SiloServices.GetService(typeof(OrderFlow.Outbox.OutboxRelayMetrics)) as OrderFlow.Outbox.OutboxRelayMetrics;
        Assert.Equal(Refused, await Eventually.Get("all to be counted", () => Task.FromResult(refused!.Refused), count => count == Refused));

        Cluster.Faults.Refuse(_ => false);
        await AwaitRows(0);
        foreach (var partition in (await _world.Kafka.ReadAll(Topics.Created)).GroupBy(record => record.Partition)) Events.AssertInOrder(partition);
    }

    [Fact]
    public async Task Rows_of_a_version_that_knows_more_are_left_to_it_and_their_neighbours_are_published()
    {
        await Execute("""
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, partition, occurred_at) VALUES
              ('p-1', 'payment', '6f1c', 'payment.settled', '{"version": 1}', 1, now()),
              ('7-1', 'payment', '7', 'order.created', '{"version": 1}', 1, now()),
              ('8-1', 'order', '8', 'order.confirmed', '{"version": 1}', 1, now()),
              ('8-2', 'order', '8', 'order.cancelled', '{"version": 2}', 1, now()),
              ('7-2', 'order', '7', 'order.created', '{"version": 2}', 1, now())
            """);

        await AwaitRows(4);

        Assert.Equal(["7-2"], (await _world.Kafka.ReadAll(Topics.Created, Topics.Cancelled)).Select(record => record.Headers["ce_id"]));
        Assert.Equal(
            3, await Eventually.Get("a line for each kind", () => Task.FromResult(_log.All.Count(line => line.Contains("are left to a version", StringComparison.Ordinal))), lines => lines >= 3));
    }

    [Fact]
    public async Task A_record_carries_the_time_of_its_publishing_and_the_event_its_own()
    {
        var began = DateTimeOffset.UtcNow.AddSeconds(-1);
        await Execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, partition, occurred_at) VALUES ('9-1', 'order', '9', 'order.created', '{\"version\": 1}', 1, '2020-02-03T04:05:06Z')");

        var record = Assert.Single(await _world.Kafka.ReadUntil("the event", read => read.Count > 0, Topics.Created));

        Assert.Equal("2020-02-03T04:05:06.000Z", record.Headers["ce_time"]);
        Assert.InRange(record.Time, began, DateTimeOffset.UtcNow);
    }

    private static bool IsLedByTheOneAway(int order) => EmbeddedBroker.LeaderOf(
        KafkaPartitioner.PartitionOf(System.Text.Encoding.UTF8.GetBytes(order.ToString(CultureInfo.InvariantCulture)), Partitions), Brokers) == Away;

    /// <summary>Three events of each order: all first ones, then all second ones, then the rest.</summary>
    private Task Write(int first, int last, int partition) => Execute($"""
        INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, partition, occurred_at)
        SELECT n || '-' || v, 'order', n::text, (ARRAY['{string.Join("','", Types)}'])[v], jsonb_build_object('version', v), {partition}, now()
        FROM generate_series(1, {Types.Length}) AS v, generate_series({first}, {last}) AS n
        ORDER BY v, n
        """);

    private Task AwaitRows(long count) => Eventually.Get(
        $"{count} rows to be left in the outbox", () => Cluster.Scalar<long>("SELECT count(*) FROM outbox"), rows => rows == count);

    private async Task<IReadOnlyList<int>> OrdersInOutbox() =>
        await Cluster.Scalar<int[]>("SELECT array_agg(DISTINCT aggregateid::int ORDER BY aggregateid::int) FROM outbox");

    private async Task Execute(string sql)
    {
        await using var command = Cluster.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
