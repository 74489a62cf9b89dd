using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Consumer;
using OrderFlow.Telemetry;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>Messages that can never be handled must not hold back later ones.</summary>
[Collection(BridgeCollection.Name)]
public sealed class DeadLetterTopic(SharedBridge shared)
{
    private readonly ExternalSystems _external = shared.External;

    [Fact]
    public async Task Has_the_message_with_the_reason_and_later_messages_are_handled()
    {
        const long orderId = 4_000_000_001;
        await shared.Cluster.StoreOrders(orderId);
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _external.Kafka.BootstrapServers }).Build();
        var poison = new Message<string, string> { Key = "poison", Value = "{not json", Headers = new Headers { { "ce_id", "x-1"u8.ToArray() } } };
        var after = new Message<string, string> { Key = "poison", Value = $$"""{"orderId":{{orderId}},"userId":"alice","version":2,"totalAmount":1}""" };
        var report = await producer.ProduceAsync(Topics.Reserved, poison);
        var behind = await producer.ProduceAsync(Topics.Reserved, after);

        await Eventually.Get(
            "the message behind it to be notified",
            () => Task.FromResult(_external.Sender.Sent.Count(job => job.OrderId == orderId)),
            count => count == 1);
        var letter = Assert.Single(
            await _external.Kafka.ReadUntil("a dead letter", read => read.Any(record => record.Key == "poison"), Topics.DeadLetter),
            record => record.Key == "poison");

        var offsets = shared.Cluster.SiloServices.GetRequiredService<GroupOffsets>();
        await Eventually.Get(
            "both to be committed", () => Task.Run(() => offsets.Read([behind.TopicPartition]).Single().Committed), committed => committed > behind.Offset.Value);

        Assert.Equal("{not json", letter.Value);
        Assert.Equal("x-1", letter.Headers["ce_id"]);
        Assert.Equal($"{Topics.Reserved}/{report.Partition.Value}/{report.Offset.Value}", letter.Headers["orderflow-source"]);
        Assert.StartsWith("the value is not the JSON of an event", letter.Headers["orderflow-reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Has_only_the_invalid_messages_of_a_batch()
    {
        const long first = 4_100_000_001;
        await shared.Cluster.StoreOrders(first, first + 3, first + 4);
        (string? Key, string? Value, string Type, string? Trace, string? Reason)[] batch =
        [
            ("a", Reserved(first), Topics.Reserved, null, null),
            (null, null, Topics.Reserved, null, "the value is empty"),
            ("b", Reserved(first + 1), "order.audited", null, "ce_type is order.audited"),
            ("c", Reserved(first + 2, version: -1), Topics.Reserved, null, "version must be at least 1"),
            (null, Reserved(first + 3), Topics.Reserved, "nonsense", null),
            ("d", "[[[", Topics.Reserved, null, "the value is not the JSON of an event"),
            ("e", Reserved(first + 4), Topics.Reserved, null, null),
        ];
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == Traces.SourceName };
        ActivitySource.AddActivityListener(listener);   // where nobody listens nobody reads which trace a message is of
        using var producer = new ProducerBuilder<string?, string?>(new ProducerConfig { BootstrapServers = _external.Kafka.BootstrapServers, LingerMs = 500 }).Build();
        var reports = await Task.WhenAll(batch.Select(message => producer.ProduceAsync(
            new TopicPartition(Topics.Reserved, 0),
            new() { Key = message.Key, Value = message.Value, Headers = Headers(message.Type, message.Trace) })));

        string[] jobs = [$"{first}-2", $"{first + 3}-2", $"{first + 4}-2"];
        await Eventually.Get(
            "the valid ones to be notified", () => Task.FromResult(_external.Sender.Sent.Select(job => job.JobId).Intersect(jobs).Count()), notified => notified == jobs.Length);
        var sources = batch.Zip(reports).Where(message => message.First.Reason is not null)
            .ToDictionary(message => $"{Topics.Reserved}/0/{message.Second.Offset.Value}", message => message.First.Reason!);
        var letters = (await _external.Kafka.ReadUntil(
                "a dead letter for each of the others", read => read.Count(letter => sources.ContainsKey(letter.Headers["orderflow-source"])) == sources.Count, Topics.DeadLetter))
            .Where(letter => sources.ContainsKey(letter.Headers["orderflow-source"])).ToList();

        Assert.All(letters, letter => Assert.StartsWith(sources[letter.Headers["orderflow-source"]], letter.Headers["orderflow-reason"], StringComparison.Ordinal));
        Assert.DoesNotContain(_external.Sender.Sent, job => job.OrderId > first && job.OrderId < first + 3);
    }

    [Fact]
    public async Task Has_a_message_that_is_too_large_without_its_value()
    {
        var large = new string('x', 1_100_000);   // more than the silo's producer sends
        using var producer = new ProducerBuilder<string, string>(
            new ProducerConfig { BootstrapServers = _external.Kafka.BootstrapServers, MessageMaxBytes = 2_000_000 }).Build();
        await producer.ProduceAsync(Topics.Reserved, new() { Key = "large", Value = large });

        var letter = Assert.Single(
            await _external.Kafka.ReadUntil("a dead letter", read => read.Any(record => record.Key == "large"), Topics.DeadLetter),
            record => record.Key == "large");

        Assert.Null(letter.Value);
        Assert.StartsWith($"the value of {large.Length} bytes: ", letter.Headers["orderflow-left-out"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Has_only_the_reason_of_a_message_whose_headers_and_key_are_too_large()
    {
        var large = new string('x', 1_100_000);
        using var producer = new ProducerBuilder<string, string>(
            new ProducerConfig { BootstrapServers = _external.Kafka.BootstrapServers, MessageMaxBytes = 8_000_000 }).Build();
        var message = new Message<string, string> { Key = large, Value = large, Headers = new() { { "large", new byte[large.Length] } } };
        var report = await producer.ProduceAsync(Topics.Reserved, message);

        var source = $"{Topics.Reserved}/{report.Partition.Value}/{report.Offset.Value}";
        var letter = Assert.Single(
            await _external.Kafka.ReadUntil("a dead letter", read => read.Any(record => record.Headers["orderflow-source"] == source), Topics.DeadLetter),
            record => record.Headers["orderflow-source"] == source);

        Assert.Equal((null, null), (letter.Key, letter.Value));
        Assert.Equal(["orderflow-left-out", "orderflow-reason", "orderflow-source"], letter.Headers.Keys.Order());
        Assert.StartsWith("the value is not the JSON of an event: ", letter.Headers["orderflow-reason"], StringComparison.Ordinal);
        Assert.Equal(3, letter.Headers["orderflow-left-out"].Split("; ").Length);
    }

    private static string Reserved(long orderId, int version = 2) =>
        $$"""{"orderId":{{orderId}},"userId":"alice","version":{{version}},"totalAmount":1,"status":"audited","new":[]}""";

    private static Headers Headers(string type, string? trace)
    {
        var headers = new Headers { { "ce_type", Encoding.UTF8.GetBytes(type) } };
        if (trace is not null) headers.Add("traceparent", Encoding.UTF8.GetBytes(trace));
        return headers;
    }
}
