using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Npgsql;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>
/// An event is added to <c>Notifications__Events</c>: customers are notified of later events only. By default the tests' earlier events have no <c>ce_time</c>, and
/// so the timestamp of their record: they seem to have occurred just now.
/// </summary>
public sealed class EnablingNotificationEvents : IAsyncLifetime
{
    private const string Group = "orderflow-notifications";
    private const int Partitions = 3;

    /// <summary>OffsetCommit and an error in the protocol after which the client does not retry.</summary>
    private const short OffsetCommit = 8;
    private const int GroupAuthorizationFailed = 30;

    private static readonly KeyValuePair<string, string?> CreatedIsEnabled = new("Notifications:Events", $"{Topics.Created},{Topics.Reserved}");

    private readonly ExternalSystems _external = new(partitions: Partitions);
    private PostgresDatabase? _prepared;
    private OrderFlowCluster? _started;
    private long _nextOld = 8_000_000_000;

    private OrderFlowCluster Cluster => _started ?? throw new InvalidOperationException("the cluster has not started");

    private PostgresDatabase Database => _prepared ?? throw new InvalidOperationException("there is no database");

    public async Task InitializeAsync() => _prepared = await PostgresServer.Shared.CreateDatabase();

    public async Task DisposeAsync()
    {
        if (_started is not null) await _started.DisposeAsync();
        else await Database.DisposeAsync();
        _external.Dispose();
    }

    [Fact]
    public async Task A_thousand_earlier_events_are_not_notified_when_two_silos_enable_them_and_the_next_is()
    {
        await ProduceCreated(1_000);
        var ends = await Ends();

        await Start(silos: 2);
        await AwaitCommitted(ends);
        var next = await Place();

        Assert.Equal([next], await Notified(1));
        Assert.Equal(1L, await Cluster.Scalar<long>("SELECT count(*) FROM notification_events WHERE event_type = 'order.created' AND is_on"));
        await AwaitSql("SELECT count(*) FROM unnest((SELECT start_offsets FROM notification_events WHERE event_type = 'order.created')) AS start WHERE start IS NOT NULL", 0);
    }

    [Fact]
    public async Task Consuming_starts_at_the_end_also_where_it_cannot_be_committed()
    {
        await ProduceCreated(30);
        _external.Kafka.FailRequests(OffsetCommit, GroupAuthorizationFailed);

        await Start();
        var next = await Place();

        Assert.Equal([next], await Notified(1));
    }

    [Fact]
    public async Task Events_after_a_silo_recorded_the_enabling_and_crashed_are_notified()
    {
        await ProduceCreated(30);
        await RecordEnabled(await Ends());
        var after = await ProduceCreated(10);

        await Start();

        Assert.Equal(after.Order(), await Notified(10));
    }

    [Fact]
    public async Task Offsets_that_a_silo_committed_since_the_enabling_before_it_crashed_are_kept()
    {
        await RecordEnabled(await Ends());
        var handled = await ProduceCreated(1, partition: 1);
        Commit(partition: 1, offset: 1);
        var after = await ProduceCreated(2, partition: 1);

        await Start();

        Assert.Equal(after.Order(), await Notified(2));
        Assert.DoesNotContain(handled.Single(), NotifiedOfCreated());
    }

    [Fact]
    public async Task A_partition_that_was_added_later_is_consumed_from_its_beginning()
    {
        await ProduceCreated(5, partition: 0);
        await ProduceCreated(5, partition: 1);
        await RecordEnabled([5, 5]);
        var added = await ProduceCreated(5, partition: 2);

        await Start();

        Assert.Equal(added.Order(), await Notified(5));
    }

    [Fact]
    public async Task An_event_that_was_enabled_before_this_was_recorded_loses_nothing()
    {
        await ProduceCreated(1, partition: 0);
        Commit(partition: 0, offset: 1);
        var waiting = (await ProduceCreated(2, partition: 0)).Concat(await ProduceCreated(2, partition: 1)).ToList();

        await Start();

        Assert.Equal(waiting.Order(), await Notified(4));
    }

    [Fact]
    public async Task An_event_that_was_disabled_meanwhile_starts_at_its_end_and_not_at_the_committed_offset()
    {
        await ProduceCreated(9);
        foreach (var partition in Enumerable.Range(0, Partitions)) Commit(partition, offset: 1);
        await RecordEnabled([1, 1, 1]);
        await Database.Execute("UPDATE notification_events SET is_on = false, switched_off_at = now()");
        var ends = await Ends();

        await Start();
        await AwaitCommitted(ends);
        var next = await Place();

        Assert.Equal([next], await Notified(1));
    }

    [Fact]
    public async Task While_Kafka_is_unavailable_the_time_of_the_enabling_decides()
    {
        await ProduceCreated(20, occurredAt: DateTimeOffset.UtcNow.AddMinutes(-1));
        _external.Kafka.Down();
        await Start();
        var orders = new[] { await Place(), await Place(), await Place() };

        _external.Kafka.Up();

        Assert.Equal(orders.Order(), await Notified(3));
    }

    /// <summary>As after the group was deleted, or had no member for a week.</summary>
    [Fact]
    public async Task Without_committed_offsets_events_older_than_a_day_are_counted_and_later_ones_notified()
    {
        using var counted = new CountedSkips();
        await Database.Execute("INSERT INTO notification_events (event_type, start_offsets) VALUES ('order.created', '{}')");
        await ProduceCreated(7, occurredAt: DateTimeOffset.UtcNow.AddHours(-25));
        var younger = await ProduceCreated(3, occurredAt: DateTimeOffset.UtcNow.AddHours(-23));

        await Start();

        Assert.Equal(younger.Order(), await Notified(3));
        await Eventually.Get("seven to be counted", () => Task.FromResult(counted.Of(Topics.Created, "too_old")), count => count == 7);
    }

    [Fact]
    public async Task An_event_is_disabled_when_a_silo_does_not_have_it_and_none_has_renewed_it_for_a_minute()
    {
        await using var postgres = NpgsqlDataSource.Create(Database.ConnectionString);
        var events = new NotificationEvents(postgres);
        var first = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => events.Enable(Topics.Created, wasEnabled: false, [4, 5])));
        await events.DisableOthers([Topics.Reserved]);
        var kept = (await events.Read([Topics.Created])).Single();
        await Database.Execute("UPDATE notification_events SET last_on_at = now() - interval '61 s'");
        await events.DisableOthers([Topics.Created]);
        var renewed = (await events.Read([Topics.Created])).Single();
        await events.DisableOthers([Topics.Reserved]);
        var disabled = (await events.Read([Topics.Created])).Single();
        await events.Enable(Topics.Created, wasEnabled: false, [6, 7]);
        await events.ClearStartOffsets(kept, [0]);   // a silo that is late, with the event as it was before
        var again = (await events.Read([Topics.Created])).Single();

        Assert.Single(first, isFirst => isFirst);
        Assert.Equal((true, true, false, true), (kept.IsEnabled, renewed.IsEnabled, disabled.IsEnabled, again.IsEnabled));
        Assert.Equal(new long?[] { 6, 7 }, again.StartOffsets);
        Assert.True(again.EnabledAt > kept.EnabledAt);
    }

    private async Task Start(int silos = 1) => _started = await OrderFlowCluster.Start(Database, silos, external: _external, settings: CreatedIsEnabled);

    private async Task<long> Place() => await Cluster.Place(("enabled", 1));

    private async Task RecordEnabled(long[] ends)
    {
        await using var postgres = NpgsqlDataSource.Create(Database.ConnectionString);
        Assert.True(await new NotificationEvents(postgres).Enable(Topics.Created, wasEnabled: false, ends));
    }

    /// <summary>The orders whose customers were notified of the creation, once there are so many. Any more would be among them: the last one is the newest.</summary>
    private async Task<List<long>> Notified(int count)
    {
        await Eventually.Get($"{count} to be notified", () => Task.FromResult(NotifiedOfCreated().Count), notified => notified >= count);
        var last = await Place();
        await Eventually.Get("one more to be notified", () => Task.FromResult(NotifiedOfCreated()), notified => notified.Contains(last));
        return [.. NotifiedOfCreated().Where(id => id != last).Order()];
    }

    private List<long> NotifiedOfCreated() => [.. _external.Sender.Sent.Where(job => job.EventType == Topics.Created).Select(job => job.OrderId)];

    /// <summary>Stores other orders, and produces their events in all partitions in turns or in one.</summary>
    private async Task<List<long>> ProduceCreated(int count, int? partition = null, DateTimeOffset? occurredAt = null)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _external.Kafka.BootstrapServers }).Build();
        var ids = Enumerable.Range(0, count).Select(_ => _nextOld++).ToList();
        await Database.StoreOrders([.. ids]);
        await Task.WhenAll(ids.Select(id =>
        {
            var message = new Message<string, string>
            {
                Key = id.ToString(CultureInfo.InvariantCulture),
                Value = $$"""{"orderId":{{id}},"userId":"alice","version":1,"totalAmount":0}""",
            };
            if (occurredAt is { } time) message.Headers = new() { { "ce_time", Encoding.UTF8.GetBytes(time.ToString("O", CultureInfo.InvariantCulture)) } };
            return producer.ProduceAsync(new TopicPartition(Topics.Created, partition ?? (int)(id % Partitions)), message);
        }));
        return ids;
    }

    private async Task<long[]> Ends()
    {
        var records = await _external.Kafka.ReadAll(Topics.Created);
        return [.. Enumerable.Range(0, Partitions).Select(partition => (long)records.Count(record => record.Partition == partition))];
    }

    private void Commit(int partition, long offset)
    {
        using var member = Client();
        member.Commit([new(Topics.Created, partition, offset)]);
    }

    private Task AwaitCommitted(long[] offsets) => Eventually.Get(
        $"{string.Join(", ", offsets)} to be committed", () => Task.Run(() => string.Join(", ", Committed())), committed => committed == string.Join(", ", offsets));

    private IEnumerable<long> Committed()
    {
        using var client = Client();
        return client.Committed(Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Topics.Created, partition)), TimeSpan.FromSeconds(10))
            .OrderBy(committed => committed.Partition.Value).Select(committed => committed.Offset.Value).ToList();
    }

    private IConsumer<Ignore, Ignore> Client() => new ConsumerBuilder<Ignore, Ignore>(
        new ConsumerConfig { BootstrapServers = _external.Kafka.BootstrapServers, GroupId = Group, EnableAutoCommit = false }).Build();

    private Task AwaitSql(string sql, long expected) => Eventually.Get(sql, () => Cluster.Scalar<long>(sql), found => found == expected);

    private sealed class CountedSkips : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<(string?, string?), long> _counted = [];

        public CountedSkips()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "orderflow.events.skipped") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            {
                var named = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string?)tag.Value);
                _counted.AddOrUpdate((named["topic"], named["reason"]), count, (_, before) => before + count);
            });
            _listener.Start();
        }

        public long Of(string topic, string reason) => _counted.GetValueOrDefault((topic, reason));

        public void Dispose() => _listener.Dispose();
    }
}
