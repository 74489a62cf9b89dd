using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Live;
using OrderFlow.Orders;
using OrderFlow.Outbox;

namespace OrderFlow.Tests.Live;

/// <summary>What a partition of the outbox puts into its live stream, and that it waits for nobody.</summary>
public sealed class Filling_the_feed
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private readonly List<LiveChanges> _items = [];
    private readonly FakeTimeProvider _clock = new();
    private readonly LiveFeed _feed;
    private Func<Task> _sending = () => Task.CompletedTask;

    public Filling_the_feed() => _feed = new(Send, _clock, NullLogger.Instance);

    [Fact]
    public void An_event_is_told_as_what_the_order_became()
    {
        _feed.Follow(Period);
        _feed.Tell([.. new[] { "created", "reserved", "failed", "reopened", "cancelled", "unheard-of" }.Select((type, n) => Event(n + 1, $"order.{type}"))]);

        Assert.Equal(
            [(1, OrderStatus.Pending), (2, OrderStatus.Reserved), (3, OrderStatus.Failed), (4, OrderStatus.Pending), (5, OrderStatus.Cancelled)],
            Assert.Single(_items).Changes.Select(change => (change.Transition.Version, change.Transition.Status)));
        Assert.All(_items[0].Changes, change => Assert.Equal((42, DateTimeOffset.UnixEpoch), (change.OrderId, change.Transition.At)));
    }

    [Fact]
    public void Nothing_is_sent_but_while_somebody_follows()
    {
        _feed.Tell([Event(1)]);
        _feed.Follow(Period);
        _feed.Tell([Event(2)]);
        _clock.Advance(Period);
        _feed.Tell([Event(3)]);

        Assert.Equal([2], Sent());
    }

    [Fact]
    public void Nobody_can_say_to_follow_forever()
    {
        _feed.Follow(TimeSpan.MaxValue);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_feed.IsFollowed);
    }

    [Fact]
    public void What_is_read_again_is_told_once()
    {
        _feed.Follow(Period);
        _feed.Tell([Event(1), Event(2)]);
        _feed.Forget([1]);
        _feed.Tell([Event(2), Event(3)]);

        Assert.Equal([1, 2, 3], Sent());
    }

    [Fact]
    public void One_item_is_on_its_way_at_a_time_and_the_next_has_what_came_meanwhile()
    {
        var arrival = new TaskCompletionSource();
        _sending = () => arrival.Task;
        _feed.Follow(Period);
        _feed.Tell([Event(1)]);
        _feed.Tell([Event(2)]);
        _feed.Tell([Event(3)]);
        Assert.Equal([1], Sent());

        arrival.SetResult();
        Assert.Equal([1, 2, 3], Sent());
        Assert.Equal(2, _items.Count);
    }

    [Fact]
    public void What_waits_is_bounded()
    {
        var arrival = new TaskCompletionSource();
        _sending = () => arrival.Task;
        _feed.Follow(Period);
        _feed.Tell([Event(1)]);
        _feed.Tell([.. Enumerable.Range(2, LiveFeed.MostWaiting + 10).Select(n => Event(n))]);
        arrival.SetResult();

        Assert.Equal(LiveFeed.MostWaiting + 1, Sent().Count());
    }

    [Fact]
    public void A_stream_that_fails_is_nobodys_affair()
    {
        var arrival = new TaskCompletionSource();
        _sending = () => arrival.Task;
        _feed.Follow(Period);
        _feed.Tell([Event(1)]);
        _feed.Tell([Event(2)]);
        _sending = () => Task.CompletedTask;
        arrival.SetException(new TimeoutException("gone"));
        _feed.Tell([Event(3)]);

        Assert.Equal([1, 2, 3], Sent());
        Assert.Equal([1, 1, 1], _items.Select(item => item.Changes.Length));
    }

    [Fact]
    public void Who_follows_learns_for_how_long_nothing_was_missed()
    {
        Assert.Equal(TimeSpan.Zero, _feed.Follow(Period));
        _clock.Advance(Period / 2);
        _feed.Tell([Event(1)]);
        Assert.Equal(Period / 2, _feed.Follow(Period));

        _clock.Advance(Period / 3);
        _sending = () => Task.FromException(new TimeoutException("gone"));
        _feed.Tell([Event(2)]);
        Assert.Equal(TimeSpan.Zero, _feed.Follow(Period));

        _clock.Advance(Period / 3);
        Assert.Equal(Period / 3, _feed.Follow(Period));
        _clock.Advance(Period);
        Assert.Equal(TimeSpan.Zero, _feed.Follow(Period));
    }

    [Fact]
    public void What_waits_beyond_the_bound_counts_as_missed()
    {
        var arrival = new TaskCompletionSource();
        _sending = () => arrival.Task;
        _feed.Follow(Period);
        _feed.Tell([Event(1)]);
        _clock.Advance(Period / 2);
        _feed.Tell([.. Enumerable.Range(2, LiveFeed.MostWaiting).Select(n => Event(n))]);
        Assert.Equal(Period / 2, _feed.Follow(Period));

        _feed.Tell([Event(LiveFeed.MostWaiting + 2)]);
        Assert.Equal(TimeSpan.Zero, _feed.Follow(Period));
    }

    private IEnumerable<long> Sent() => _items.SelectMany(item => item.Changes).Select(change => change.Transition.Version);

    private Task Send(LiveChanges item)
    {
        _items.Add(item);
        return _sending();
    }

    private static OutboxEvent Event(long version, string type = "order.created") => new(version, $"42-{version}", 42, type, "{}", DateTimeOffset.UnixEpoch);
}
