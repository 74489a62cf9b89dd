using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Outbox;
using OrderFlow.Telemetry;
using YamlDotNet.Core;

namespace OrderFlow.Tests.Documents;

/// <summary><c>docs/asyncapi.yaml</c> describes the messages that the program publishes.</summary>
public sealed class AsyncApiDocument
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 8, 41, 115, TimeSpan.Zero);

    /// <summary>One event of each type.</summary>
    private static readonly OrderEvent[] Events =
    [
        new OrderCreated(42, "alice", [new("sku-1", 2)], TotalAmount: 0, Version: 1, Now),
        new OrderReserved(42, "alice", [new("sku-1", 2), new("sku-1", 1)], TotalAmount: 29.97m, Version: 2, Now),
        new OrderFailed(42, "alice", [new("sku-1", 2)], "unknown product: sku-1", Version: 2, Now),
        new OrderCancelled(42, "alice", [new("sku-1", 2)], "deleted", Version: 3, Now),
        new OrderReopened(42, "alice", [new("sku-1", 2)], Version: 3, Now),
        new OrderConfirmed(42, "alice", [new("sku-1", 2)], TotalAmount: 19.98m, Version: 3, Now),
        new OrderFulfilled(42, "alice", [new("sku-1", 2)], TotalAmount: 19.98m, new("DHL", "JD0146000011", "https://parcels.example/1"), Version: 4, Now),
    ];

    private static readonly StockLevelChanged LowStock = new(IsLow: true, "sku-1", AvailableQuantity: 10, LowStockThreshold: 10, Version: 17, Now);

    private static readonly StockLevelChanged[] StockEvents =
        [LowStock, LowStock with { IsLow = false, AvailableQuantity = 11 }];

    /// <summary>The payloads of all events by type.</summary>
    private static readonly Dictionary<string, string> Payloads = new(
    [
        .. Events.Select(published => KeyValuePair.Create(published.Name, OutboxRow.Of(published).Payload)),
        .. StockEvents.Select(published => KeyValuePair.Create(published.Name, StockOutboxRow.Of(published).Payload)),
    ]);

    /// <summary>The only members that may be absent.</summary>
    private static readonly string[] Optional = ["tracking", "url"];

    private readonly JsonObject _document = AsyncApiFile.Load();

    public static TheoryData<string> EventTypes => [.. Payloads.Keys];

    public static TheoryData<string> AllTopics => [.. Topics.All];

    [Fact]
    public void A_duplicate_key_is_refused() => Assert.Throws<YamlException>(() => AsyncApiFile.Parse("info: {title: one, title: two}"));

    [Fact]
    public void Each_topic_is_a_channel_with_one_message_and_is_sent_to()
    {
        var channels = _document["channels"]!.AsObject().Select(channel => channel.Value!).ToList();

        Assert.Equal(Topics.All.Order(), channels.Select(Address).Order());
        Assert.All(channels, channel => Assert.Equal(Address(channel), (string?)Assert.Single(channel["messages"]!.AsObject()).Value!["name"]));
        Assert.Equal(Topics.All.Order(), Operations("send").Order());
    }

    [Fact]
    public void Messages_are_received_of_the_events_that_customers_are_notified_of_by_default() =>
        Assert.Equal(new NotificationOptions().EventTopics.Order(), Operations("receive").Order());

    [Fact]
    public void Every_event_type_is_covered_here()
    {
        Assert.Equal(
            typeof(OrderEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(OrderEvent))).Select(type => type.Name).Order(),
            Events.Select(published => published.GetType().Name).Order());
        Assert.Equal(StockLevelChanged.Names, StockEvents.Select(published => published.Name));
    }

    [Theory, MemberData(nameof(EventTypes))]
    public void An_event_has_the_members_of_its_payload_no_more_and_no_less(string type)
    {
        var payload = Closed(Message(type)["payload"]!.DeepClone());
        var sent = JsonNode.Parse(Payloads[type])!;

        AssertValid(payload, sent);
        AssertAllRequired(payload);
    }

    [Fact]
    public void A_fulfilled_event_may_be_without_a_parcel_or_its_address()
    {
        var payload = Closed(Message(Topics.Fulfilled)["payload"]!.DeepClone());
        var fulfilled = Events.OfType<OrderFulfilled>().Single();

        foreach (var tracking in new[] { null, new Tracking("DHL", "JD0146000011") })
            AssertValid(payload, JsonNode.Parse(OutboxRow.Of(fulfilled with { Tracking = tracking }).Payload)!);
    }

    [Fact]
    public void A_product_whose_threshold_was_removed_is_replenished()
    {
        var payload = Closed(Message(StockLevelChanged.Replenished)["payload"]!.DeepClone());

        AssertValid(payload, JsonNode.Parse(StockOutboxRow.Of(LowStock with { IsLow = false, LowStockThreshold = null }).Payload)!);
    }

    [Fact]
    public void Each_reason_of_a_cancellation_is_valid()
    {
        var payload = Message(Topics.Cancelled)["payload"]!;
        var cancelled = Events.OfType<OrderCancelled>().Single();

        foreach (var reason in CancelReasons.All.Append(new string('a', Limits.CancelReasonLength)))
            AssertValid(payload, JsonNode.Parse(OutboxRow.Of(cancelled with { Reason = reason }).Payload)!);
    }

    [Fact]
    public void The_test_message_has_the_members_of_its_payload()
    {
        var payload = Closed(Message(Topics.Test)["payload"]!.DeepClone());

        AssertValid(payload, JsonNode.Parse(ConnectivityCheck.TestMessage)!);
        AssertAllRequired(payload);
    }

    [Theory, MemberData(nameof(EventTypes)), InlineData(Topics.Test)]
    public void Headers_are_those_that_are_written(string type)
    {
        var headers = Message(type)["headers"]!;
        var untraced = Written(type, trace: null);
        var traced = Written(type, new("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "shop=42"));
        var common = headers["allOf"]![0]!;

        Assert.All([untraced, traced], written => AssertValid(headers, written));
        Assert.Equal(Names(untraced).Order(), common["required"]!.AsArray().Select(name => (string)name!).Order());
        Assert.Equal(Names(traced).Order(), Names(common["properties"]!).Order());
    }

    [Theory, MemberData(nameof(AllTopics))]
    public void Examples_are_valid(string topic)
    {
        var message = Message(topic);
        var examples = message["examples"]!.AsArray();

        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            AssertValid(message["headers"]!, example!["headers"]!);
            AssertValid(Closed(message["payload"]!.DeepClone()), example["payload"]!);
        });
    }

    [Fact]
    public void Bounds_are_the_ones_of_requests()
    {
        var members = Message(Topics.Created)["payload"]!["properties"]!;
        var line = members["items"]!["items"]!["properties"]!;

        Assert.Equal(Limits.UserIdLength, (decimal)members["userId"]!["maxLength"]!);
        Assert.Equal(Limits.OrderLines, (decimal)members["items"]!["maxItems"]!);
        Assert.Equal(Limits.ProductIdLength, (decimal)line["productId"]!["maxLength"]!);
        Assert.Equal(Limits.Quantity, (decimal)line["quantity"]!["maximum"]!);

        var tracking = Message(Topics.Fulfilled)["payload"]!["properties"]!["tracking"]!["properties"]!;
        Assert.Equal(Limits.TrackingLength, (decimal)tracking["carrier"]!["maxLength"]!);
        Assert.Equal(Limits.TrackingLength, (decimal)tracking["number"]!["maxLength"]!);
        Assert.Equal(Limits.TrackingUrlLength, (decimal)tracking["url"]!["maxLength"]!);
        Assert.Equal(Limits.CancelReasonLength, (decimal)Message(Topics.Cancelled)["payload"]!["properties"]!["reason"]!["maxLength"]!);

        var stock = Message(StockLevelChanged.Replenished)["payload"]!["properties"]!;
        Assert.Equal(Limits.ProductIdLength, (decimal)stock["productId"]!["maxLength"]!);
        Assert.Equal(Limits.AvailableQuantity, (decimal)stock["availableQuantity"]!["maximum"]!);
        Assert.Equal(Limits.AvailableQuantity, (decimal)stock["lowStockThreshold"]!["maximum"]!);
    }

    private static JsonObject Written(string type, TraceContext? trace) => new((StockLevelChanged.Names.Contains(type)
            ? CloudEventHeaders.Of(CloudEventHeaders.StockSource, LowStock.Id, type, LowStock.ProductId, Now, trace)
            : CloudEventHeaders.Of(CloudEventHeaders.OrderSource, "42-2", type, "42", Now, trace))
        .Select(header => KeyValuePair.Create(header.Key, (JsonNode?)Encoding.UTF8.GetString(header.GetValueBytes()))));

    private static string? Address(JsonNode channel) => (string?)channel["address"];

    private static IEnumerable<string> Names(JsonNode members) => members.AsObject().Select(member => member.Key);

    private IEnumerable<string?> Operations(string action) =>
        _document["operations"]!.AsObject().Select(operation => operation.Value!).Where(operation => (string?)operation["action"] == action)
            .Select(operation => Address(operation["channel"]!));

    private JsonNode Message(string topic) =>
        _document["channels"]!.AsObject().Single(channel => Address(channel.Value!) == topic).Value!["messages"]!.AsObject().Single().Value!;

    /// <summary>
    /// The document allows further members, so that events can grow. Here a member that it does not list is an error: the document lacks what the code has.
    /// </summary>
    private static JsonNode Closed(JsonNode schema)
    {
        foreach (var node in Schemas(schema)) node["additionalProperties"] = false;
        return schema;
    }

    /// <summary>No other member is optional.</summary>
    private static void AssertAllRequired(JsonNode schema) => Assert.All(
        Schemas(schema), node => Assert.Equal(Names(node["properties"]!).Except(Optional).Order(), node["required"]!.AsArray().Select(name => (string)name!).Order()));

    /// <summary>The schemas of objects within this one.</summary>
    private static List<JsonObject> Schemas(JsonNode schema)
    {
        var nested = schema["properties"]?.AsObject().Select(member => member.Value!) ?? [];
        List<JsonObject> found = [.. nested.SelectMany(Schemas), .. schema["items"] is { } items ? Schemas(items) : []];
        return schema["properties"] is null ? found : [schema.AsObject(), .. found];
    }

    private static void AssertValid(JsonNode schema, JsonNode value)
    {
        var built = JsonSchema.FromText(schema.ToJsonString(), new BuildOptions { Dialect = Dialect.Draft07, SchemaRegistry = new() });
        var results = built.Evaluate(
            JsonSerializer.SerializeToElement(value), new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        var errors = (results.Details ?? [])
            .SelectMany(detail => (detail.Errors ?? new Dictionary<string, string>()).Select(error => $"{detail.InstanceLocation} {error.Key}: {error.Value}"));

        Assert.True(results.IsValid, $"{value.ToJsonString()}: {string.Join("; ", errors)}");
    }
}
