using OrderFlow.Outbox;

namespace OrderFlow.Tests.Rules.Outbox;

/// <summary>Which events of an outbox partition may be sent, and when.</summary>
public sealed class Holding_unpublished_events
{
    private const int Here = 1;
    private const int There = 2;

    private static readonly PublishFailure Unreachable = new("no leader", IsOfEvent: false);
    private static readonly PublishFailure Refusal = new("too large", IsOfEvent: true);

    private readonly UnpublishedEvents _events = new();
    private TimeSpan _now;

    [Fact]
    public void An_order_s_next_event_is_not_sent_before_the_one_ahead_is_acknowledged()
    {
        Add(1, order: 7);
        Add(2, order: 7);
        Add(3, order: 8);

        Assert.Equal([1, 3], Send());
        Assert.Empty(Send());
        Assert.True(Answer(1));
        Assert.Equal([2], Send());
    }

    [Fact]
    public void What_is_held_is_not_added_again()
    {
        Assert.True(Add(1, order: 7));
        Assert.False(Add(1, order: 7));
        Send();
        Assert.False(Add(1, order: 7));
        Assert.True(Answer(1));
        Assert.Equal(0, _events.Rows);
    }

    [Fact]
    public void One_that_fails_is_read_again_and_sent_after_its_backoff_ahead_of_its_order_s_others()
    {
        Add(1, order: 7);
        Add(2, order: 7);
        Send();
        Answer(1, Unreachable);

        Assert.Empty(_events.ToLoad(_now));
        _now += RelayBackoff.MaxUnreachableDelay;
        Assert.Equal([1], _events.ToLoad(_now));
        Assert.Empty(Send());
        Load(1, order: 7);
        Assert.Equal([1], Send());
        Answer(1);
        Assert.Equal([2], _events.ToLoad(_now));
    }

    [Fact]
    public void A_destination_that_does_not_answer_gets_a_few_events_and_others_as_many_as_before()
    {
        for (var seq = 1; seq <= UnpublishedEvents.MaxInFlight; seq++) Add(seq, order: seq, There);
        Assert.Equal(UnpublishedEvents.MaxInFlight, Send().Count);
        Add(1_001, order: 1_001, Here);
        Assert.Empty(Send());

        _now += Destination.SlowAfter + TimeSpan.FromMilliseconds(1);
        Assert.Equal([1_001], Send());
        Add(1_002, order: 1_002, There);
        Assert.Empty(Send());
        Assert.Equal(1, _events.Busy(_now));

        for (var seq = 1; seq <= UnpublishedEvents.MaxInFlight; seq++) Answer(seq, Unreachable);
        _now += RelayBackoff.MaxUnreachableDelay;
        Assert.Equal(Destination.MaxProbes, _events.ToLoad(_now).Count);
    }

    [Fact]
    public void Once_a_probe_is_acknowledged_the_others_follow()
    {
        for (var seq = 1; seq <= 100; seq++) Add(seq, order: seq);
        Send();
        for (var seq = 1; seq <= 100; seq++) Answer(seq, Unreachable);
        _now += RelayBackoff.MaxUnreachableDelay;
        var probes = _events.ToLoad(_now).ToList();
        foreach (var seq in probes) Load(seq, order: seq);
        Assert.Equal(probes, Send());

        Answer(probes[0]);

        Assert.Equal(100 - Destination.MaxProbes, _events.ToLoad(_now).Count);
    }

    [Fact]
    public void One_that_is_refused_holds_back_its_order_alone_and_waits_longer_each_time()
    {
        Add(1, order: 7);
        Add(2, order: 8);
        Send();
        Answer(1, Refusal);
        Answer(2);
        Assert.Equal((1, 1), (_events.Refused, _events.Rows));

        Assert.Equal(TimeSpan.FromMilliseconds(100), RelayBackoff.Delay(1, isOfEvent: true, chance: 1));
        Assert.Equal(TimeSpan.FromMilliseconds(1_600), RelayBackoff.Delay(5, isOfEvent: true, chance: 1));
        Assert.Equal(RelayBackoff.MaxRefusedDelay / 2, RelayBackoff.Delay(1_000, isOfEvent: true, chance: 0));
        Assert.Equal(RelayBackoff.MaxUnreachableDelay, RelayBackoff.Delay(1_000, isOfEvent: false, chance: 1));
    }

    [Fact]
    public void An_unknown_row_holds_back_its_order_until_it_is_gone()
    {
        _events.Add(Event(1, order: 7), destination: null, _now);
        Add(2, order: 7);
        Assert.Empty(Send());
        Assert.Equal(1, _events.Unknown);

        _now += RelayBackoff.UnknownDelay;
        Assert.Equal([1], _events.Load([.. _events.ToLoad(_now)], [], _ => Here, _now));
        Assert.Equal([2], _events.ToLoad(_now).Concat(Send()));
        Assert.Equal(0, _events.Unknown);
    }

    [Fact]
    public void One_whose_destination_was_not_known_right_moves_to_the_right_one_before_it_is_sent()
    {
        for (var seq = 1; seq <= Destination.MaxProbes + 1; seq++) Add(seq, order: seq);
        Send();
        for (var seq = 1; seq <= Destination.MaxProbes + 1; seq++) Answer(seq, Unreachable);
        _now += RelayBackoff.MaxUnreachableDelay;
        var probes = _events.ToLoad(_now).ToList();
        Assert.Equal(Destination.MaxProbes, probes.Count);

        foreach (var seq in probes) Load(seq, order: seq, There);
        Assert.Empty(Send());
        Assert.Equal(Destination.MaxProbes + 1, _events.ToLoad(_now).Count);
        foreach (var seq in probes) Load(seq, order: seq, There);
        Assert.Equal(probes, Send());
        Assert.Equal(Destination.MaxProbes, _events.Busy(_now));
    }

    [Fact]
    public void A_row_that_somebody_removed_lets_its_order_go_on()
    {
        Add(1, order: 7);
        Add(2, order: 7);
        Send();
        Answer(1, Unreachable);
        _now += RelayBackoff.MaxUnreachableDelay;

        Assert.Equal([1], _events.Load([.. _events.ToLoad(_now)], [], _ => Here, _now));
        Assert.Equal([2], _events.ToLoad(_now));
        Assert.Equal(1, _events.Rows);
    }

    [Fact]
    public void An_answer_that_never_comes_is_given_up_and_its_late_answer_changes_nothing()
    {
        Add(1, order: 7);
        Send();
        Assert.Empty(_events.Overdue(_now + UnpublishedEvents.AnswerTimeout));
        Assert.Equal([1], _events.Overdue(_now + UnpublishedEvents.AnswerTimeout + TimeSpan.FromTicks(1)));

        Answer(1, Unreachable);
        Assert.False(Answer(1));
        Assert.Equal(1, _events.Rows);
    }

    [Fact]
    public void More_rows_than_fit_are_not_read()
    {
        for (var seq = 1; seq < UnpublishedEvents.MaxRows; seq++) Add(seq, order: 1 + (seq % 1_000));
        Assert.False(_events.IsFull);
        Add(UnpublishedEvents.MaxRows, order: 1);
        Assert.True(_events.IsFull);
    }

    private static OutboxEvent Event(long seq, long order) => new(seq, $"{order}-{seq}", order, "order.created", "{}", DateTimeOffset.UnixEpoch);

    private bool Add(long seq, long order, int destination = Here) => _events.Add(Event(seq, order), destination, _now);

    private List<long> Send() => [.. _events.TakeReady(_now).Select(told => told.Seq)];

    private bool Answer(long seq, PublishFailure? failure = null) => _events.Answer(seq, failure, _now, chance: 1);

    private void Load(long seq, long order, int destination = Here) => Assert.Empty(_events.Load([seq], [Event(seq, order)], _ => destination, _now));
}
