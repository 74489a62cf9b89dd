using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Outbox;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Embedded;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Notifications;

namespace OrderFlow.Tests.Bridge;

/// <summary>An event that Kafka does not take holds back its own order only.</summary>
public sealed class OutboxRelay : IAsyncLifetime
{
    private const int Brokers = 2;
    private const int Partitions = 4;
    private const int DownBroker = 2;

    /// <summary>All rows of a test are in one outbox partition: they would all wait behind one that blocks it.</summary>
    private const int OutboxPartition = 3;

    private static readonly string[] Types = [Topics.Created, Topics.Created, Topics.Reserved];

    private readonly PostgresServer _server = new();
    private readonly LogLines _log = new();
    private readonly ExternalSystems _external;
    private OrderFlowCluster? _started;

    public OutboxRelay() => _external = new(partitions: Partitions, brokers: Brokers, log: _log);

    private OrderFlowCluster Cluster => _started ?? throw new InvalidOperationException("the cluster has not started");

    public async Task InitializeAsync()
    {
        _started = await OrderFlowCluster.Start(silos: 1, _server, external: _external);
        await _external.Kafka.ReadUntil("the test message", read => read.Count > 0, Topics.Test);   // the producer knows the topics' partitions
    }

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        _external.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task While_one_of_two_brokers_is_down_events_for_the_other_are_published_and_the_rest_follow_in_order()
    {
        const int Orders = 2_000;
        _external.Kafka.Down(DownBroker);
        await Write(1, Orders, OutboxPartition);

        var waiting = Enumerable.Range(1, Orders).Where(IsLedByDownBroker).ToHashSet();
        Assert.InRange(waiting.Count, Orders / 3, 2 * Orders / 3);
        await AwaitRows(Types.Length * waiting.Count);
        await Write(Orders + 1, Orders + 100, OutboxPartition);
        waiting.UnionWith(Enumerable.Range(Orders + 1, 100).Where(IsLedByDownBroker));
        await AwaitRows(Types.Length * waiting.Count);
        Assert.Equal(waiting.Order(), await OrdersInOutbox());

        _external.Kafka.Up(DownBroker);
        await AwaitRows(0);

        var records = await _external.Kafka.ReadAll(Topics.Created, Topics.Reserved);
        Assert.Equal((Orders + 100) * Types.Length, records.Select(record => record.Headers["ce_id"]).Distinct().Count());
        foreach (var partition in records.GroupBy(record => (record.Topic, record.Partition))) PublishedEventAssertions.AssertInOrder(partition);
    }

    [Fact]
    public async Task More_rejected_events_than_fit_in_a_page_delay_no_other_order()
    {
        const int Rejected = 600;
        Cluster.Faults.Reject(outboxEvent => outboxEvent.OrderId <= Rejected && outboxEvent.Type == Topics.Created);
        await Write(1, Rejected + 50, OutboxPartition);

        await AwaitRows(Types.Length * Rejected);
        Assert.Equal(Enumerable.Range(1, Rejected), await OrdersInOutbox());
        var relay = Cluster.SiloServices.GetRequiredService<OutboxRelayStatus>();
        Assert.Equal(Rejected, await Eventually.Get("all to be counted", () => Task.FromResult(relay.Rejected), count => count == Rejected));

        Cluster.Faults.Reject(_ => false);
        await AwaitRows(0);
        foreach (var partition in (await _external.Kafka.ReadAll(Topics.Created)).GroupBy(record => record.Partition)) PublishedEventAssertions.AssertInOrder(partition);
    }

    [Fact]
    public async Task Rows_of_types_that_this_version_does_not_know_stay_and_other_rows_are_published()
    {
        await Execute("""
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, partition, occurred_at) VALUES
              ('p-1', 'payment', '6f1c', 'payment.settled', '{"version": 1}', 1, now()),
              ('7-1', 'payment', '7', 'order.created', '{"version": 1}', 1, now()),
              ('8-1', 'order', '8', 'order.audited', '{"version": 1}', 1, now()),
              ('8-2', 'order', '8', 'order.cancelled', '{"version": 2}', 1, now()),
              ('7-2', 'order', '7', 'order.created', '{"version": 2}', 1, now())
            """);

        await AwaitRows(4);

        Assert.Equal(["7-2"], (await _external.Kafka.ReadAll(Topics.Created, Topics.Cancelled)).Select(record => record.Headers["ce_id"]));
        Assert.Equal(
            3, await Eventually.Get("a line for each type", () => Task.FromResult(_log.All.Count(line => line.Contains("which this version does not know", StringComparison.Ordinal))), lines => lines >= 3));
    }

    [Fact]
    public async Task A_record_has_the_time_of_publishing_and_its_event_the_time_it_occurred()
    {
        var began = DateTimeOffset.UtcNow.AddSeconds(-1);
        await Execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, partition, occurred_at) VALUES ('9-1', 'order', '9', 'order.created', '{\"version\": 1}', 1, '2020-02-03T04:05:06Z')");

        var record = Assert.Single(await _external.Kafka.ReadUntil("the event", read => read.Count > 0, Topics.Created));

        Assert.Equal("2020-02-03T04:05:06.000Z", record.Headers["ce_time"]);
        Assert.InRange(record.Time, began, DateTimeOffset.UtcNow);
    }

    private static bool IsLedByDownBroker(int order) => EmbeddedBroker.LeaderOf(
        KafkaPartitioner.PartitionOf(System.Text.Encoding.UTF8.GetBytes(order.ToString(CultureInfo.InvariantCulture)), Partitions), Brokers) == DownBroker;

    /// <summary>Three events of each order: all first ones, then all second ones, then all third ones.</summary>
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
