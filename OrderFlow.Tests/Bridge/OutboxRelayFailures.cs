using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>The relay fails before or after each of its steps: no event is lost, and duplicates are identical.</summary>
public sealed class OutboxRelayFailures
{
    private const int Orders = 50;

    [Theory]
    [InlineData("before advance")]
    [InlineData("after advance")]
    [InlineData("before publish")]
    [InlineData("after publish")]
    public async Task A_failure_at_any_step_loses_no_event_and_duplicates_are_identical(string point)
    {
        using var external = new ExternalSystems();
        await using var cluster = await OrderFlowCluster.Start(silos: 1, external: external);
        await cluster.SetStock("drained", Orders);
        foreach (var nth in new[] { 1, 2, 3 }) cluster.Faults.Fail(point, nth);

        for (var n = 0; n < Orders; n++) await cluster.Place(("drained", 1));
        await cluster.Quiet();

        await Eventually.Get("all three faults", () => Task.FromResult(cluster.Faults.Count), happened => happened == 3);
        await PublishedEventAssertions.AssertCompleteForReserved(cluster, external.Kafka);
        foreach (var partition in (await external.Kafka.ReadAll(Topics.Created, Topics.Reserved)).GroupBy(record => (record.Topic, record.Partition)))
            PublishedEventAssertions.AssertInOrder(partition);
    }

    [Fact]
    public async Task Unacknowledged_events_are_published_again_and_each_order_stays_in_order()
    {
        const int Unacknowledged = 20;
        const int OrdersOfEach = 32;
        const int Rows = 3 * OrdersOfEach;
        await using var server = new PostgresServer();
        using var external = new ExternalSystems();
        await using var cluster = await OrderFlowCluster.Start(silos: 1, server, external: external);
        cluster.Faults.Withhold(Unacknowledged);
        await Execute(cluster, $"""
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, partition, occurred_at)
            SELECT n || '-' || v, 'order', n::text, 'order.created', jsonb_build_object('version', v), 5, now()
            FROM generate_series(1, 3) AS v, generate_series(1, {OrdersOfEach}) AS n
            ORDER BY v, n
            """);

        var records = await external.Kafka.ReadUntil("every event, and the unacknowledged ones twice", read => read.Count >= Rows + Unacknowledged, Topics.Created);

        Assert.Equal(Unacknowledged, cluster.Faults.Count);
        Assert.Equal(Rows, records.Select(record => record.Headers["ce_id"]).Distinct().Count());
        Assert.Equal(Rows + Unacknowledged, records.Count);
        foreach (var partition in records.GroupBy(record => record.Partition)) PublishedEventAssertions.AssertInOrder(partition);
        await Eventually.Get("the outbox to be empty", () => cluster.Scalar<long>("SELECT count(*) FROM outbox"), left => left == 0);
    }

    [Fact]
    public async Task Rows_that_a_lost_silo_has_left_are_published_without_another_commit()
    {
        await using var server = new PostgresServer();
        using var external = new ExternalSystems();
        await using var cluster = await OrderFlowCluster.Start(silos: 1, server, external: external);
        await Execute(
            cluster,
            "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, partition, occurred_at) VALUES ('77-1', 'order', '77', 'order.created', '{\"version\": 1}', 5, now())");

        var record = Assert.Single(await external.Kafka.ReadUntil("the row that was left", read => read.Count > 0, Topics.Created));
        Assert.Equal(("77", "77-1"), (record.Key, record.Headers["ce_id"]));
    }

    private static async Task Execute(OrderFlowCluster cluster, string sql)
    {
        await using var command = cluster.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
