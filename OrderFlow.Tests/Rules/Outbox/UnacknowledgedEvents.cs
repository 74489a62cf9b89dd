using OrderFlow.Outbox;

namespace OrderFlow.Tests.Rules.Outbox;

/// <summary>Which events of an outbox partition may be sent, and when.</summary>
public sealed class UnacknowledgedEvents
{
    private const int ThisPartition = 1;
    private const int OtherPartition = 2;

    /// <summary>By then an event that failed for the first time may be sent again.</summary>
    private static readonly TimeSpan MaxUnreachableDelay = TimeSpan.FromSeconds(2);

    private static readonly PublishFailure Unreachable = new("no leader", IsRejection: false);
    private static readonly PublishFailure Rejection = new("too large", IsRejection: true);

    private readonly UnpublishedEvents _events = new();
    private TimeSpan _now;

    [Fact]
    public void An_orders_next_event_is_sent_after_the_previous_one_is_acknowledged()
    {
        Add(1, order: 7);
        Add(2, order: 7);
        Add(3, order: 8);

        Assert.Equal([1, 3], Send());
        Assert.Empty(Send());
        Assert.True(Complete(1));
        Assert.Equal([2], Send());
    }

    [Fact]
    public void An_event_is_added_once_until_it_is_acknowledged()
    {
        Assert.True(Add(1, order: 7));
        Assert.False(Add(1, order: 7));
        Send();
        Assert.False(Add(1, order: 7));
        Assert.True(Complete(1));
        Assert.Equal(0, _events.Rows);
    }

    [Fact]
    public void An_event_that_fails_is_reloaded_and_sent_after_a_backoff_before_its_orders_others()
    {
        Add(1, order: 7);
        Add(2, order: 7);
        Send();
        Complete(1, Unreachable);

        Assert.Empty(_events.ToReload(_now));
        _now += MaxUnreachableDelay;
        Assert.Equal([1], _events.ToReload(_now));
        Assert.Empty(Send());
        Load(1, order: 7);
        Assert.Equal([1], Send());
        Complete(1);
        Assert.Equal([2], _events.ToReload(_now));
    }

    [Fact]
    public void An_unresponsive_partition_gets_a_few_events_and_others_as_many_as_before()
    {
        for (var seq = 1; seq <= UnpublishedEvents.MaxInFlight; seq++) Add(seq, order: seq, OtherPartition);
        Assert.Equal(UnpublishedEvents.MaxInFlight, Send().Count);
        Add(1_001, order: 1_001, ThisPartition);
        Assert.Empty(Send());

        _now += KafkaPartitionState.ResponseTimeout + TimeSpan.FromMilliseconds(1);
        Assert.Equal([1_001], Send());
        Add(1_002, order: 1_002, OtherPartition);
        Assert.Empty(Send());
        Assert.Equal(1, _events.InFlight(_now));

        for (var seq = 1; seq <= UnpublishedEvents.MaxInFlight; seq++) Complete(seq, Unreachable);
        _now += MaxUnreachableDelay;
        Assert.Equal(KafkaPartitionState.MaxProbes, _events.ToReload(_now).Count);
    }

    [Fact]
    public void Once_a_probe_is_acknowledged_the_other_events_follow()
    {
        for (var seq = 1; seq <= 100; seq++) Add(seq, order: seq);
        Send();
        for (var seq = 1; seq <= 100; seq++) Complete(seq, Unreachable);
        _now += MaxUnreachableDelay;
        var probes = _events.ToReload(_now).ToList();
        foreach (var seq in probes) Load(seq, order: seq);
        Assert.Equal(probes, Send());

        Complete(probes[0]);

        Assert.Equal(100 - KafkaPartitionState.MaxProbes, _events.ToReload(_now).Count);
    }

    [Fact]
    public void A_rejected_event_holds_back_its_own_order_and_waits_longer_each_time()
    {
        Add(1, order: 7);
        Add(2, order: 8);
        Send();
        Complete(1, Rejection);
        Complete(2);
        Assert.Equal((1, 1), (_events.Rejected, _events.Rows));

        Assert.Equal(TimeSpan.FromMilliseconds(100), RelayBackoff.Delay(1, isRejection: true, random: 1));
        Assert.Equal(TimeSpan.FromMilliseconds(1_600), RelayBackoff.Delay(5, isRejection: true, random: 1));
        Assert.Equal(TimeSpan.FromSeconds(15), RelayBackoff.Delay(1_000, isRejection: true, random: 0));
        Assert.Equal(MaxUnreachableDelay, RelayBackoff.Delay(1_000, isRejection: false, random: 1));
    }

    [Fact]
    public void An_unknown_row_holds_back_its_order_until_it_is_removed()
    {
        _events.Add(Event(1, order: 7), kafkaPartition: null, _now);
        Add(2, order: 7);
        Assert.Empty(Send());
        Assert.Equal(1, _events.Unknown);

        _now += RelayBackoff.UnknownDelay;
        Assert.Equal([1], _events.Reload([.. _events.ToReload(_now)], [], _ => ThisPartition, _now));
        Assert.Equal([2], _events.ToReload(_now).Concat(Send()));
        Assert.Equal(0, _events.Unknown);
    }

    [Fact]
    public void An_event_whose_partition_has_changed_moves_there_before_it_is_sent()
    {
        for (var seq = 1; seq <= KafkaPartitionState.MaxProbes + 1; seq++) Add(seq, order: seq);
        Send();
        for (var seq = 1; seq <= KafkaPartitionState.MaxProbes + 1; seq++) Complete(seq, Unreachable);
        _now += MaxUnreachableDelay;
        var probes = _events.ToReload(_now).ToList();
        Assert.Equal(KafkaPartitionState.MaxProbes, probes.Count);

        foreach (var seq in probes) Load(seq, order: seq, OtherPartition);
        Assert.Empty(Send());
        Assert.Equal(KafkaPartitionState.MaxProbes + 1, _events.ToReload(_now).Count);
        foreach (var seq in probes) Load(seq, order: seq, OtherPartition);
        Assert.Equal(probes, Send());
        Assert.Equal(KafkaPartitionState.MaxProbes, _events.InFlight(_now));
    }

    [Fact]
    public void A_row_that_was_removed_lets_its_order_continue()
    {
        Add(1, order: 7);
        Add(2, order: 7);
        Send();
        Complete(1, Unreachable);
        _now += MaxUnreachableDelay;

        Assert.Equal([1], _events.Reload([.. _events.ToReload(_now)], [], _ => ThisPartition, _now));
        Assert.Equal([2], _events.ToReload(_now));
        Assert.Equal(1, _events.Rows);
    }

    [Fact]
    public void A_send_without_a_report_times_out_and_a_late_report_changes_nothing()
    {
        Add(1, order: 7);
        Send();
        Assert.Empty(_events.Overdue(_now + UnpublishedEvents.DeliveryTimeout));
        Assert.Equal([1], _events.Overdue(_now + UnpublishedEvents.DeliveryTimeout + TimeSpan.FromTicks(1)));

        Complete(1, Unreachable);
        Assert.False(Complete(1));
        Assert.Equal(1, _events.Rows);
    }

    [Fact]
    public void The_number_of_rows_is_bounded()
    {
        for (var seq = 1; seq < UnpublishedEvents.MaxRows; seq++) Add(seq, order: 1 + (seq % 1_000));
        Assert.False(_events.IsFull);
        Add(UnpublishedEvents.MaxRows, order: 1);
        Assert.True(_events.IsFull);
    }

    private static OutboxEvent Event(long seq, long order) => new(seq, $"{order}-{seq}", order, "order.created", "{}", DateTimeOffset.UnixEpoch);

    private bool Add(long seq, long order, int partition = ThisPartition) => _events.Add(Event(seq, order), partition, _now);

    private List<long> Send() => [.. _events.TakeReady(_now).Select(outboxEvent => outboxEvent.Seq)];

    private bool Complete(long seq, PublishFailure? failure = null) => _events.CompleteSend(seq, failure, _now, random: 1);

    private void Load(long seq, long order, int partition = ThisPartition) => Assert.Empty(_events.Reload([seq], [Event(seq, order)], _ => partition, _now));
}
