using System.Text.Json.Nodes;
using OrderFlow.Inventory;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>From products whose level changes through their outbox to Kafka, with two silos.</summary>
[Collection(BridgeCollection.Name)]
public sealed class StockEventPublishing(SharedBridge shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;
    private readonly ExternalSystems _external = shared.External;

    [Fact]
    public async Task A_product_that_falls_to_its_threshold_and_rises_above_it_has_an_event_each_time()
    {
        await Admin("levelled").Set(Operation("a"), 7, 1, lowStockThreshold: 5);
        await _cluster.Settled(await _cluster.Place(("levelled", 2)));
        var low = (await _cluster.Stock("levelled").Get())!;
        await Admin("levelled").Restock(Operation("b"), 1);

        var records = await Read("levelled", count: 2);

        Assert.Equal(["stock.low", "stock.replenished"], records.Select(record => record.Topic));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$"""{"productId":"levelled","availableQuantity":5,"lowStockThreshold":5,"version":{{low.Version}},"occurredAt":"{{low.UpdatedAt:yyyy-MM-ddTHH:mm:ss.FFF}}Z"}"""),
            JsonNode.Parse(records[0].Value!)), records[0].Value);
        Assert.Equal(("levelled", $"levelled-{low.Version}", "/orderflow/stock", "levelled", "stock.low"), (
            records[0].Key, records[0].Headers["ce_id"], records[0].Headers["ce_source"], records[0].Headers["ce_subject"], records[0].Headers["ce_type"]));
    }

    [Fact]
    public async Task Orders_that_cross_back_and_forth_have_one_event_for_each_crossing_in_order()
    {
        const int Rounds = 40;
        await Admin("crossing").Set(Operation("a"), 6, 1, lowStockThreshold: 5);
        for (var round = 0; round < Rounds; round++)
        {
            var id = await _cluster.Place(("crossing", 1));
            await _cluster.Settled(id);
            await _cluster.Order(id).Delete(OrderFlowCluster.Alice);
            await _cluster.Quiet();
        }

        var records = await Read("crossing", 2 * Rounds);

        Assert.Equal(2 * Rounds, records.Select(record => record.Headers["ce_id"]).Distinct().Count());
        var byVersion = records.DistinctBy(record => record.Headers["ce_id"]).OrderBy(Version).Select(record => record.Topic);
        Assert.Equal(Enumerable.Repeat(new[] { "stock.low", "stock.replenished" }, Rounds).SelectMany(pair => pair), byVersion);
        foreach (var topic in records.GroupBy(record => record.Topic)) Assert.Equal(topic.Select(Version).Distinct().Order(), topic.Select(Version).Distinct());
        await Eventually.Get("the outbox to be empty", () => _cluster.Scalar<long>("SELECT count(*) FROM stock_outbox"), rows => rows == 0);
    }

    [Fact]
    public async Task A_product_that_is_archived_low_and_restored_above_its_threshold_is_replenished()
    {
        await Admin("restored").Set(Operation("a"), 3, 1, lowStockThreshold: 5);
        await Admin("restored").Archive(Operation("b"));
        await _cluster.DeactivateAll();
        await Admin("restored").Set(Operation("c"), 100, 1, lowStockThreshold: null);

        Assert.Equal(["stock.low", "stock.replenished"], (await Read("restored", count: 2)).Select(record => record.Topic));
    }

    [Fact]
    public async Task A_row_that_a_lost_silo_has_left_is_published()
    {
        await _cluster.Scalar<string>("""
            WITH left_over AS (
              INSERT INTO stock_outbox (id, product_id, type, payload, partition, occurred_at) VALUES ('left-over-1', 'left-over', 'stock.low', '{"productId":"left-over","version":1}', 2, now()) RETURNING id)
            SELECT * FROM left_over
            """);

        Assert.Equal("left-over-1", (await Read("left-over", count: 1)).Single().Headers["ce_id"]);
    }

    private IStockAdminGrain Admin(string productId) => _cluster.Client.GetGrain<IStockAdminGrain>(productId);

    private static StockOperation Operation(string id) => new(id, OrderFlowCluster.Admin);

    private static long Version(KafkaRecord record) => (long)JsonNode.Parse(record.Value!)!["version"]!;

    /// <summary>The product's events, once this many have different ids.</summary>
    private async Task<List<KafkaRecord>> Read(string productId, int count)
    {
        var records = await _external.Kafka.ReadUntil(
            $"{count} events of {productId}", read => Of(read).DistinctBy(record => record.Headers["ce_id"]).Count() >= count, [.. StockLevelChanged.Names]);
        return [.. Of(records).OrderBy(Version)];

        IEnumerable<KafkaRecord> Of(IReadOnlyList<KafkaRecord> read) => read.Where(record => record.Key == productId);
    }
}
