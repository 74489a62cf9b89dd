using System.Diagnostics.Metrics;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Outbox;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

/// <summary>Acknowledged events are in Kafka; an order's next event is sent after the previous one is acknowledged.</summary>
public sealed class EventPublishing : IAsyncLifetime
{
    /// <summary>More than a broker or a producer takes by default.</summary>
    private const int TooLarge = 2_000_000;

    /// <summary>Within which each event has its answer.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly EmbeddedKafka _kafka = new(partitions: 2);
    private ServiceProvider? _services;

    private IEventPublisher Publisher => _services!.GetRequiredService<IEventPublisher>();

    public Task InitializeAsync()
    {
        _services = new ServiceCollection()
            .AddLogging().AddMetrics().AddOptions()
            .AddSingleton(TimeProvider.System)
            .Configure<KafkaOptions>(options => options.BootstrapServers = _kafka.BootstrapServers)
            .AddSingleton<KafkaAvailability>().AddSingleton<KafkaProducer>()
            .AddSingleton(provider => new EventMetrics(provider.GetRequiredService<IMeterFactory>()))
            .AddSingleton<RecordClock>().AddSingleton<IEventPublisher, EventPublisher>()
            .BuildServiceProvider();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _services!.DisposeAsync();
        _kafka.Dispose();
    }

    [Fact]
    public async Task All_events_are_acknowledged_and_each_orders_are_in_order()
    {
        var events = Enumerable.Range(0, 500).Select(n => Event(seq: n + 1, orderId: 1 + (n % 50), version: 1 + (n / 50), Topics.Created)).ToList();

        var acknowledged = await Publish(events);

        Assert.Equal(events.Select(outboxEvent => outboxEvent.Seq), acknowledged.Order());
        var records = await _kafka.ReadAll(Topics.Created);
        Assert.Equal(500, records.Count);
        foreach (var order in records.GroupBy(record => record.Key))
            Assert.Equal(Enumerable.Range(1, 10).Select(version => $"{order.Key}-{version}"), order.Select(record => record.Headers["ce_id"]));
    }

    [Fact]
    public async Task After_an_event_that_fails_no_more_of_its_order_are_sent_and_other_orders_continue()
    {
        var acknowledged = await Publish(
        [
            Event(seq: 1, orderId: 7, version: 1, Topics.Created),
            Event(seq: 2, orderId: 7, version: 2, Topics.Reserved, payload: new string('x', TooLarge)),
            Event(seq: 3, orderId: 8, version: 1, Topics.Created),
            Event(seq: 4, orderId: 7, version: 3, Topics.Cancelled),
            Event(seq: 5, orderId: 8, version: 2, Topics.Reserved),
        ]);

        Assert.Equal([1, 3, 5], acknowledged.Order());
        Assert.Null(_services!.GetRequiredService<KafkaAvailability>().Problem);   // it is the event's, not Kafka's
        Assert.Equal(["8-2"], (await _kafka.ReadAll(Topics.Reserved, Topics.Cancelled)).Select(record => record.Headers["ce_id"]));
    }

    [Fact]
    public async Task While_Kafka_is_down_nothing_is_acknowledged_and_afterwards_the_same_producer_continues()
    {
        await Publish([Event(seq: 1, orderId: 1, version: 1, Topics.Created)]);
        var kafka = _services!.GetRequiredService<KafkaAvailability>();
        Assert.Null(kafka.UnavailableReason);

        _kafka.Down();
        Assert.Empty(await Publish([Event(seq: 2, orderId: 1, version: 2, Topics.Reserved), Event(seq: 3, orderId: 1, version: 3, Topics.Cancelled)]));
        Assert.NotNull(kafka.UnavailableReason);

        _kafka.Up();
        Assert.Equal([2, 3], await Publish([Event(seq: 2, orderId: 1, version: 2, Topics.Reserved), Event(seq: 3, orderId: 1, version: 3, Topics.Cancelled)]));
        Assert.Null(kafka.UnavailableReason);
        Assert.Equal(["1-3"], (await _kafka.ReadAll(Topics.Cancelled)).Select(record => record.Headers["ce_id"]).Distinct());
    }

    [Fact]
    public async Task A_timestamp_that_the_broker_rejects_is_changed_and_the_events_are_published()
    {
        const int Produce = 0;
        const int InvalidTimestamp = 32;
        _kafka.FailRequests(Produce, InvalidTimestamp);
        var events = new[] { Event(seq: 1, orderId: 1, version: 1, Topics.Created), Event(seq: 2, orderId: 1, version: 2, Topics.Created) };

        Assert.Empty(await Publish(events));
        Assert.Equal(0, _services!.GetRequiredService<KafkaAvailability>().FailingPartitions);
        Assert.Equal([1, 2], await Publish(events));

        Assert.Null(_services!.GetRequiredService<KafkaAvailability>().Problem);
        Assert.All(await _kafka.ReadAll(Topics.Created), record => Assert.InRange(DateTimeOffset.UtcNow - record.Time, TimeSpan.FromHours(2), TimeSpan.FromHours(2.1)));
    }

    [Fact]
    public async Task A_client_that_is_replaced_reports_every_event_and_each_order_stays_in_order()
    {
        await _services!.GetRequiredService<KafkaProducer>().Send(Topics.Test, new() { Key = [1], Value = [1] });
        var events = Enumerable.Range(0, 500).Select(n => Event(seq: n + 1, orderId: 1 + (n % 50), version: 1 + (n / 50), Topics.Created)).ToList();

        var publishing = Publish(events);
        for (var n = 0; n < 3; n++) _services!.GetRequiredService<KafkaProducer>().ReplaceClient();

        Assert.Equal(events.Select(outboxEvent => outboxEvent.Seq), (await publishing).Order());
        foreach (var order in (await _kafka.ReadAll(Topics.Created)).GroupBy(record => record.Key))
            Assert.Equal(Enumerable.Range(1, 10).Select(version => $"{order.Key}-{version}"), order.Select(record => record.Headers["ce_id"]).Distinct());
    }

    /// <summary>Errors after which librdkafka needs a new producer: OUT_OF_ORDER_SEQUENCE_NUMBER to Produce, CLUSTER_AUTHORIZATION_FAILED to InitProducerId.</summary>
    [Theory]
    [InlineData(0, 45)]
    [InlineData(22, 31)]
    public async Task A_producer_that_is_fatally_broken_reports_every_event_and_is_replaced(short request, int error)
    {
        _kafka.FailRequests(request, error, error, error);
        var events = Enumerable.Range(1, 200).Select(n => Event(seq: n, orderId: n, version: 1, Topics.Created)).ToList();

        var acknowledged = new HashSet<long>();
        await Eventually.Get(
            "all events to be acknowledged",
            async () =>
            {
                acknowledged.UnionWith(await Publish([.. events.Where(outboxEvent => !acknowledged.Contains(outboxEvent.Seq))]));
                return acknowledged.Count;
            },
            count => count == events.Count);

        Assert.Equal(
            events.Select(outboxEvent => outboxEvent.Id).Order(),
            (await _kafka.ReadAll(Topics.Created)).Select(record => record.Headers["ce_id"]).Distinct().Order());
    }

    /// <summary>Publishes as the outbox relay does, each event once. Returns the acknowledged rows.</summary>
    private async Task<IReadOnlyList<long>> Publish(IReadOnlyList<OutboxEvent> events)
    {
        var reports = Channel.CreateUnbounded<(long Seq, PublishFailure? Failure)>();
        var unpublished = new UnpublishedEvents();
        foreach (var outboxEvent in events) unpublished.Add(outboxEvent, Publisher.KafkaPartitionOf(outboxEvent), TimeSpan.Zero);

        var acknowledged = new List<long>();
        for (var inFlight = 0; ; inFlight--)
        {
            foreach (var outboxEvent in unpublished.TakeReady(TimeSpan.Zero))
            {
                inFlight++;
                Publisher.Publish(outboxEvent, failure => reports.Writer.TryWrite((outboxEvent.Seq, failure)));
            }

            if (inFlight == 0) return acknowledged;
            var (seq, failure) = await reports.Reader.ReadAsync().AsTask().WaitAsync(Deadline);
            if (unpublished.CompleteSend(seq, failure, TimeSpan.Zero, random: 0)) acknowledged.Add(seq);
        }
    }

    private static OutboxEvent Event(long seq, long orderId, long version, string type, string payload = "{}") =>
        new(seq, string.Create(CultureInfo.InvariantCulture, $"{orderId}-{version}"), orderId, type, payload, DateTimeOffset.UnixEpoch);
}
