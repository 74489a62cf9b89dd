using OrderFlow.Outbox;

namespace OrderFlow.Tests.Rules.Outbox;

/// <summary>When an outbox partition is read, and from which row.</summary>
public sealed class OutboxReading
{
    private static readonly PublishFailure Unreachable = new("no leader", IsRejection: false);

    private readonly UnpublishedEvents _events = new();
    private readonly OutboxReadSchedule _reads = new();
    private TimeSpan _now = TimeSpan.FromMinutes(1);
    private long _lastSeq;

    [Fact]
    public void A_wake_makes_one_pass_due()
    {
        Assert.False(_reads.IsDue(_events, _now));
        _reads.Wake();
        Assert.True(_reads.IsDue(_events, _now));

        Assert.Equal(new(After: 0, OutboxReadSchedule.PageSize, AsOf: null), Read(1));

        Assert.False(_reads.IsPending);
        Assert.False(_reads.IsDue(_events, _now));
    }

    [Fact]
    public void A_pass_reads_page_after_page_of_one_snapshot_until_the_end()
    {
        _reads.Wake();
        Read(OutboxReadSchedule.PageSize);
        Acknowledge();

        Assert.Equal(new(After: OutboxReadSchedule.PageSize, OutboxReadSchedule.PageSize, AsOf: "snapshot 500"), Read(3));
        Assert.False(_reads.IsPending);
    }

    [Fact]
    public void A_pass_waits_until_most_of_its_events_are_acknowledged()
    {
        _reads.Wake();
        Read(OutboxReadSchedule.PageSize);
        _events.TakeReady(_now);
        Assert.False(_reads.IsDue(_events, _now));

        for (var seq = 1; seq <= 375; seq++) _events.CompleteSend(seq, failure: null, _now, random: 0);
        Assert.True(_reads.IsDue(_events, _now));
    }

    [Fact]
    public void A_small_batch_is_followed_by_a_delay()
    {
        _reads.Wake();
        Read(1);
        Assert.Equal(_now + TimeSpan.FromMilliseconds(50), _reads.NotBefore);
    }

    [Fact]
    public void Reading_the_same_rows_again_may_take_a_fifth_of_the_time()
    {
        _reads.Wake();
        Read(OutboxReadSchedule.PageSize);
        Acknowledge();
        Read(0);
        _reads.Wake();

        Read(OutboxReadSchedule.PageSize, added: 0, took: TimeSpan.FromSeconds(1));
        Read(0);

        Assert.Equal(_now + TimeSpan.FromSeconds(4) + TimeSpan.FromMilliseconds(50), _reads.NotBefore);
    }

    [Fact]
    public void A_failed_read_is_repeated_after_a_backoff_that_a_success_resets()
    {
        foreach (var milliseconds in new[] { 100, 200, 400, 800, 1_600, 2_000, 2_000 })
        {
            _reads.Begin(_events, _now);
            _reads.Fail(_now);
            Assert.Equal(_now + TimeSpan.FromMilliseconds(milliseconds), _reads.NotBefore);
            Assert.True(_reads.IsPending);
        }

        Read(0);
        Assert.Equal(0, _reads.Failures);
    }

    [Fact]
    public void With_more_unacknowledged_rows_than_a_page_all_rows_are_swept_page_by_page_each_second()
    {
        _reads.Wake();
        Read(OutboxReadSchedule.PageSize);
        Fail();
        Read(1);
        _now += TimeSpan.FromSeconds(1);

        Assert.Equal(new(After: 0, OutboxReadSchedule.PageSize, AsOf: null), Read(OutboxReadSchedule.PageSize, added: 0));
        Assert.False(_reads.IsDue(_events, _now));
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal(new(After: 1_001, OutboxReadSchedule.PageSize, AsOf: "snapshot 1001"), Read(1, added: 0));
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal(0, _reads.Begin(_events, _now).After);
    }

    [Fact]
    public void A_full_partition_is_not_read()
    {
        for (var seq = 1; seq <= UnpublishedEvents.MaxRows; seq++) _events.Add(Event(seq), kafkaPartition: 1, _now);
        _reads.Wake();

        Assert.False(_reads.IsDue(_events, _now));
        Assert.Equal(0, _reads.Begin(_events, _now).Limit);
    }

    private static OutboxEvent Event(long seq) => new(seq, $"{seq}-1", seq, "order.created", "{}", DateTimeOffset.UnixEpoch);

    /// <summary>Reads a page of so many rows, all new unless said otherwise.</summary>
    private OutboxRead Read(int rows, int? added = null, TimeSpan took = default)
    {
        var began = _now;
        var read = _reads.Begin(_events, began);
        _now += took;
        var page = Enumerable.Range(0, rows).Select(_ => Event(++_lastSeq)).ToList();
        if (added is null) page.ForEach(row => _events.Add(row, kafkaPartition: 1, _now));
        _reads.Complete(new([], page, OldestRunning: 1, NextStarting: 1, Snapshot: rows > 0 ? $"snapshot {_lastSeq}" : null), added ?? rows, began, _now);
        return read;
    }

    private void Acknowledge()
    {
        foreach (var sent in _events.TakeReady(_now)) _events.CompleteSend(sent.Seq, failure: null, _now, random: 0);
    }

    private void Fail()
    {
        foreach (var sent in _events.TakeReady(_now)) _events.CompleteSend(sent.Seq, Unreachable, _now, random: 0);
    }
}
