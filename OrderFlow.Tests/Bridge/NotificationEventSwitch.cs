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
/// An event is new in <c>Notifications__Events</c>: what occurred before is not notified, all that comes from then on is. What lies in Kafka already has no <c>ce_time</c>
/// where nothing else is said, and so the time of its record: it seems to have occurred just now.
/// </summary>
public sealed class NotificationEventSwitch : IAsyncLifetime
{
    private const string Group = "orderflow-notifications";
    private const int Partitions = 3;

    /// <summary>As the protocol numbers them: an error after which the client does not try again by itself.</summary>
    private const short OffsetCommit = 8;
    private const int GroupAuthorizationFailed = 30;

    private static readonly KeyValuePair<string, string?> CreatedIsOn = new("Notifications:Events", $"{Topics.Created},{Topics.Reserved}");

    private readonly World _world = new(partitions: Partitions);
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
        _world.Dispose();
    }

    [Fact]
    public async Task A_thousand_old_events_are_not_notified_when_two_silos_switch_theirs_on_and_the_next_is()
    {
        await ProduceCreated(1_000);
        var ends = await Ends();

        await Start(silos: 2);
        await AwaitCommitted(ends);
        var next = await Place();

        Assert.Equal([next], await Told(1));
        Assert.Equal(1L, await Cluster.Scalar<long>("SELECT count(*) FROM notification_events WHERE event_type = 'order.created' AND is_on"));
        await AwaitSql("SELECT count(*) FROM unnest((SELECT start_offsets FROM notification_events WHERE event_type = 'order.created')) AS start WHERE start IS NOT NULL", 0);
    }

    [Fact]
    public async Task An_end_that_cannot_be_committed_is_where_reading_begins_all_the_same()
    {
        await ProduceCreated(30);
        _world.Kafka.Refuse(OffsetCommit, GroupAuthorizationFailed);

        await Start();
        var next = await Place();

        Assert.Equal([next], await Told(1));
    }

    [Fact]
    public async Task What_came_after_a_silo_recorded_the_switch_on_and_died_is_notified()
    {
        await ProduceCreated(30);
        await SwitchOn(await Ends());
        var after = await ProduceCreated(10);

        await Start();

        Assert.Equal(after.Order(), await Told(10));
    }

    [Fact]
    public async Task What_a_silo_committed_since_the_switch_on_before_it_died_is_not_set_back()
    {
        await SwitchOn(await Ends());
        var handled = await ProduceCreated(1, partition: 1);
        Commit(partition: 1, offset: 1);
        var after = await ProduceCreated(2, partition: 1);

        await Start();

        Assert.Equal(after.Order(), await Told(2));
        Assert.DoesNotContain(handled.Single(), ToldOfCreated());
    }

    [Fact]
    public async Task A_partition_that_was_added_since_is_read_from_its_beginning()
    {
        await ProduceCreated(5, partition: 0);
        await ProduceCreated(5, partition: 1);
        await SwitchOn([5, 5]);
        var added = await ProduceCreated(5, partition: 2);

        await Start();

        Assert.Equal(added.Order(), await Told(5));
    }

    [Fact]
    public async Task An_event_that_was_on_before_switches_were_recorded_loses_nothing()
    {
        await ProduceCreated(1, partition: 0);
        Commit(partition: 0, offset: 1);
        var waiting = (await ProduceCreated(2, partition: 0)).Concat(await ProduceCreated(2, partition: 1)).ToList();

        await Start();

        Assert.Equal(waiting.Order(), await Told(4));
    }

    [Fact]
    public async Task An_event_that_was_off_meanwhile_starts_at_its_end_and_not_where_it_was_left()
    {
        await ProduceCreated(9);
        foreach (var partition in Enumerable.Range(0, Partitions)) Commit(partition, offset: 1);
        await SwitchOn([1, 1, 1]);
        await Database.Execute("UPDATE notification_events SET is_on = false, switched_off_at = now()");
        var ends = await Ends();

        await Start();
        await AwaitCommitted(ends);
        var next = await Place();

        Assert.Equal([next], await Told(1));
    }

    [Fact]
    public async Task While_Kafka_is_away_the_time_of_the_switch_on_decides()
    {
        await ProduceCreated(20, occurredAt: DateTimeOffset.UtcNow.AddMinutes(-1));
        _world.Kafka.Down();
        await Start();
        var orders = new[] { await Place(), await Place(), await Place() };

        _world.Kafka.Up();

        Assert.Equal(orders.Order(), await Told(3));
    }

    /// <summary>As after the group was deleted, or nobody had been in it for a week.</summary>
    [Fact]
    public async Task Without_any_offset_what_is_older_than_a_day_is_counted_and_what_is_younger_notified()
    {
        using var counted = new CountedSkips();
        await Database.Execute("INSERT INTO notification_events (event_type, start_offsets) VALUES ('order.created', '{}')");
        await ProduceCreated(7, occurredAt: DateTimeOffset.UtcNow.AddHours(-25));
        var younger = await ProduceCreated(3, occurredAt: DateTimeOffset.UtcNow.AddHours(-23));

        await Start();

        Assert.Equal(younger.Order(), await Told(3));
        await Eventually.Get("seven to be counted", () => Task.FromResult(counted.Of(Topics.Created, "too_old")), count => count == 7);
    }

    [Fact]
    public async Task An_event_is_off_when_a_silo_has_it_not_and_none_has_had_it_for_a_minute()
    {
        await using var postgres = NpgsqlDataSource.Create(Database.ConnectionString);
        var events = new NotificationEvents(postgres);
        var first = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => events.SwitchOn(Topics.Created, wasOn: false, [4, 5])));
        await events.OthersAreOff([Topics.Reserved]);
        var stillOn = (await events.Read([Topics.Created])).Single();
        await Database.Execute("UPDATE notification_events SET last_on_at = now() - interval '61 s'");
        await events.OthersAreOff([Topics.Created]);
        var withIt = (await events.Read([Topics.Created])).Single();
        await events.OthersAreOff([Topics.Reserved]);
        var off = (await events.Read([Topics.Created])).Single();
        await events.SwitchOn(Topics.Created, wasOn: false, [6, 7]);
        await events.Started(stillOn, [0]);   // a silo that is late with what it knows of before
        var again = (await events.Read([Topics.Created])).Single();

        Assert.Single(first, isFirst => isFirst);
        Assert.Equal((true, true, false, true), (stillOn.IsOn, withIt.IsOn, off.IsOn, again.IsOn));
        Assert.Equal(new long?[] { 6, 7 }, again.StartOffsets);
        Assert.True(again.SwitchedOnAt > stillOn.SwitchedOnAt);
    }

    private async Task Start(int silos = 1) => _started = await OrderFlowCluster.Start(Database, silos, world: _world, settings: CreatedIsOn);

    private async Task<long> Place() => await Cluster.Place(("switched", 1));

    private async Task SwitchOn(long[] ends)
    {
        await using var postgres = NpgsqlDataSource.Create(Database.ConnectionString);
        Assert.True(await new NotificationEvents(postgres).SwitchOn(Topics.Created, wasOn: false, ends));
    }

    /// <summary>The orders whose customers were told that they were received, once there are so many; more of them would have come by then, for the last is the newest.</summary>
    private async Task<List<long>> Told(int count)
    {
        await Eventually.Get($"{count} to be told", () => Task.FromResult(ToldOfCreated().Count), told => told >= count);
        var last = await Place();
        await Eventually.Get("one more to be told", () => Task.FromResult(ToldOfCreated()), told => told.Contains(last));
        return [.. ToldOfCreated().Where(id => id != last).Order()];
    }

    private List<long> ToldOfCreated() => [.. _world.Sender.Sent.Where(job => job.EventType == Topics.Created).Select(job => job.OrderId)];

    /// <summary>Events of other orders, by turns in all partitions or in one.</summary>
    private async Task<List<long>> ProduceCreated(int count, int? partition = null, DateTimeOffset? occurredAt = null)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _world.Kafka.BootstrapServers }).Build();
        var ids = Enumerable.Range(0, count).Select(_ => _nextOld++).ToList();
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
        var records = await _world.Kafka.ReadAll(Topics.Created);
        return [.. Enumerable.Range(0, Partitions).Select(partition => (long)records.Count(record => record.Partition == partition))];
    }

    private void Commit(int partition, long offset)
    {
        using var member = Looker();
        member.Commit([new(Topics.Created, partition, offset)]);
    }

    private Task AwaitCommitted(long[] offsets) => Eventually.Get(
        $"{string.Join(", ", offsets)} to be committed", () => Task.Run(() => string.Join(", ", Committed())), committed => committed == string.Join(", ", offsets));

    private IEnumerable<long> Committed()
    {
        using var looker = Looker();
        return looker.Committed(Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Topics.Created, partition)), TimeSpan.FromSeconds(10))
            .OrderBy(committed => committed.Partition.Value).Select(committed => committed.Offset.Value).ToList();
    }

    private IConsumer<Ignore, Ignore> Looker() => new ConsumerBuilder<Ignore, Ignore>(
        new ConsumerConfig { BootstrapServers = _world.Kafka.BootstrapServers, GroupId = Group, EnableAutoCommit = false }).Build();

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
