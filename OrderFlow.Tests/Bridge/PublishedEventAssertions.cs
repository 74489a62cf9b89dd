using System.Globalization;
using System.Text.Json.Nodes;
using OrderFlow.Orders;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>What must hold for the published events after any failure.</summary>
internal static class PublishedEventAssertions
{
    private static readonly string[] Types = [.. OrderEventCatalogue.All.Select(type => type.Name)];

    /// <summary>
    /// Every order in the database has its two events: created and, as all are reserved, reserved. Events published twice have the same id and content.
    /// Returns how many records are duplicates.
    /// </summary>
    public static async Task<int> AssertCompleteForReserved(OrderFlowCluster cluster, EmbeddedKafka kafka)
    {
        await Eventually.Get("the outbox to be empty", () => cluster.Scalar<long>("SELECT count(*) FROM outbox"), rows => rows == 0);
        var records = await kafka.ReadAll(Types);
        var orders = await cluster.Scalar<long[]>("SELECT array_agg(id ORDER BY id) FROM orders WHERE status = 'reserved'");

        var byId = records.GroupBy(record => record.Headers["ce_id"]).ToList();
        Assert.All(byId, duplicates => Assert.Single(duplicates.Select(record => (record.Topic, record.Key, record.Value)).Distinct()));
        Assert.Equal(
            orders.SelectMany(id => new[] { (id, Topics.Created, "1"), (id, Topics.Reserved, VersionReserved(records, id)) }).Order(),
            byId.Select(duplicates => Describe(duplicates.First())).Order());
        return records.Count - byId.Count;
    }

    /// <summary>In each partition of a topic, an order's events come in the order of their versions, apart from duplicates of earlier ones.</summary>
    public static void AssertInOrder(IEnumerable<KafkaRecord> partition)
    {
        foreach (var order in partition.GroupBy(record => record.Key))
        {
            var firsts = order.Select(record => (long)JsonNode.Parse(record.Value!)!["version"]!).Distinct().ToList();
            Assert.Equal(firsts.Order(), firsts);
        }
    }

    private static (long, string, string) Describe(KafkaRecord record) => (
        long.Parse(record.Key!, CultureInfo.InvariantCulture), record.Topic, record.Headers["ce_id"].Split('-')[1]);

    // An order that needed several attempts is reserved at a later version than 2.
    private static string VersionReserved(IReadOnlyList<KafkaRecord> records, long id) =>
        records.First(record => record.Topic == Topics.Reserved && record.Key == id.ToString(CultureInfo.InvariantCulture)).Headers["ce_id"].Split('-')[1];
}
