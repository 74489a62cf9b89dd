using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrderFlow.Orders;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>From the orders' rows through the outbox to Kafka, with two silos.</summary>
[Collection(BridgeCollection.Name)]
public sealed class OrderEventPublishing(SharedBridge shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;
    private readonly ExternalSystems _external = shared.External;

    [Fact]
    public async Task Each_silo_that_starts_sends_one_test_message()
    {
        var messages = await _external.Kafka.ReadUntil("a test message of each silo", read => read.Count >= 2, Topics.Test);

        Assert.Equal(2, messages.Count);
        Assert.Equal(2, messages.Select(message => message.Headers["ce_subject"]).Distinct().Count());
        Assert.All(messages, message => Assert.Equal(("""{"hello":"world"}""", Topics.Test), (message.Value, message.Headers["ce_type"])));
    }

    [Fact]
    public async Task An_order_has_an_event_when_it_is_created_and_when_it_is_reserved()
    {
        await _cluster.SetStock("published", 10, 9.99m);
        var id = await _cluster.Place(("published", 2));
        var order = await _cluster.Settled(id);

        var (created, reserved) = (await EventOf(id, Topics.Created), await EventOf(id, Topics.Reserved));

        AssertJson($$"""
            {"orderId":{{id}},"userId":"alice","items":[{"productId":"published","quantity":2}],"totalAmount":0,"version":1,"occurredAt":"{{Utc(order.CreatedAt)}}"}
            """, created.Value);
        AssertJson($$"""
            {"orderId":{{id}},"userId":"alice","items":[{"productId":"published","quantity":2}],"totalAmount":19.98,"version":2,"occurredAt":"{{Utc(order.UpdatedAt)}}"}
            """, reserved.Value);
        Assert.Equal(id.ToString(CultureInfo.InvariantCulture), reserved.Key);
        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["ce_id"] = $"{id}-2",
                ["ce_source"] = "/orderflow/orders",
                ["ce_specversion"] = "1.0",
                ["ce_subject"] = $"{id}",
                ["ce_time"] = order.UpdatedAt.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
                ["ce_type"] = "order.reserved",
                ["content-type"] = "application/json",
            },
            new SortedDictionary<string, string>(reserved.Headers.ToDictionary()));
    }

    [Fact]
    public async Task An_order_that_fails_and_is_retried_and_cancelled_has_events_with_the_reasons()
    {
        var id = await _cluster.Place(("published-unknown", 1));
        await _cluster.Settled(id);
        await _cluster.SetStock("published-unknown", 1);
        await _cluster.Order(id).ChangeStatus(OrderStatus.Pending, OrderFlowCluster.Admin);
        await _cluster.Settled(id);
        await _cluster.Order(id).Delete(OrderFlowCluster.Alice);

        Assert.Equal("unknown product: published-unknown", Member(await EventOf(id, Topics.Failed), "reason"));
        Assert.Equal("alice", Member(await EventOf(id, Topics.Reopened), "userId"));
        Assert.Equal("deleted", Member(await EventOf(id, Topics.Cancelled), "reason"));
    }

    [Fact]
    public async Task An_order_that_is_confirmed_and_fulfilled_has_events_with_its_total_and_its_parcel()
    {
        await _cluster.SetStock("published-fulfilled", 10, 9.99m);
        var id = await _cluster.Place(("published-fulfilled", 2));
        await _cluster.Settled(id);
        await Change(id, new(OrderStatus.Confirmed, OrderFlowCluster.Admin));
        await Change(id, new(OrderStatus.Fulfilled, OrderFlowCluster.Admin, Tracking: new("DHL", "JD0146000011", "https://parcels.example/1")));
        var (_, transitions) = await _cluster.Order(id).GetTransitions(OrderFlowCluster.Alice, afterVersion: 2);

        AssertJson($$"""
            {"orderId":{{id}},"userId":"alice","items":[{"productId":"published-fulfilled","quantity":2}],"totalAmount":19.98,"version":3,"occurredAt":"{{Utc(transitions[0].At)}}"}
            """, (await EventOf(id, Topics.Confirmed)).Value);
        AssertJson($$"""
            {
              "orderId":{{id}},"userId":"alice","items":[{"productId":"published-fulfilled","quantity":2}],"totalAmount":19.98,"version":4,"occurredAt":"{{Utc(transitions[1].At)}}",
              "tracking":{"carrier":"DHL","number":"JD0146000011","url":"https://parcels.example/1"}
            }
            """, (await EventOf(id, Topics.Fulfilled)).Value);
    }

    [Fact]
    public async Task What_was_not_named_of_a_parcel_is_absent()
    {
        await _cluster.SetStock("published-parcel", 10);
        foreach (var (tracking, published) in new (Tracking?, string?)[] { (null, null), (new("DHL", "1"), """{"carrier":"DHL","number":"1"}""") })
        {
            var id = await _cluster.Place(("published-parcel", 1));
            await _cluster.Settled(id);
            await Change(id, new(OrderStatus.Fulfilled, OrderFlowCluster.Admin, Tracking: tracking));

            var value = JsonNode.Parse((await EventOf(id, Topics.Fulfilled)).Value!)!.AsObject();
            Assert.Equal(published is not null, value.ContainsKey("tracking"));
            Assert.True(JsonNode.DeepEquals(published is null ? null : JsonNode.Parse(published), value["tracking"]), value.ToJsonString());
        }
    }

    [Theory]
    [InlineData(null, "cancelled")]
    [InlineData("the product was recalled", "the product was recalled")]
    public async Task A_cancellation_is_published_with_its_reason(string? given, string reason)
    {
        await _cluster.SetStock("published-cancelled", 10);
        var id = await _cluster.Place(("published-cancelled", 1));
        await _cluster.Settled(id);
        await Change(id, new(OrderStatus.Cancelled, OrderFlowCluster.Admin, CancelReason: given));

        Assert.Equal(reason, Member(await EventOf(id, Topics.Cancelled), "reason"));
    }

    [Fact]
    public async Task An_acknowledged_event_is_deleted_from_the_outbox()
    {
        await _cluster.SetStock("published-deleted", 10);
        await _cluster.Settled(await _cluster.Place(("published-deleted", 1)));

        Assert.Equal(0, await Eventually.Get("the outbox to be empty", () => _cluster.Scalar<long>("SELECT count(*) FROM outbox"), rows => rows == 0));
    }

    /// <summary>Changes the order, and returns it as it was answered.</summary>
    private async Task<Order> Change(long id, ChangeStatus command)
    {
        var result = await _cluster.Client.GetGrain<IOrderFulfilmentGrain>(id).ChangeStatus(command);
        Assert.Equal(Outcome.Ok, result.Outcome);
        return result.Order!;
    }

    private async Task<KafkaRecord> EventOf(long orderId, string topic)
    {
        var key = orderId.ToString(CultureInfo.InvariantCulture);
        var records = await _external.Kafka.ReadUntil($"{topic} of order {orderId}", read => read.Any(record => record.Key == key), topic);
        return Assert.Single(records, record => record.Key == key);
    }

    private static string? Member(KafkaRecord record, string name) => (string?)JsonNode.Parse(record.Value!)![name];

    private static string Utc(DateTimeOffset time) => JsonSerializer.Serialize(time.UtcDateTime).Trim('"');

    private static void AssertJson(string expected, string? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual!)), $"expected {expected}, got {actual}");
}
