using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Live;
using OrderFlow.Orders;
using OrderFlow.Outbox;

namespace OrderFlow.Tests.Live;

/// <summary>What an outbox partition publishes to its live stream, without waiting for followers.</summary>
public sealed class LiveFeedPublishing
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private readonly List<LiveChanges> _items = [];
    private readonly FakeTimeProvider _clock = new();
    private readonly LiveFeed _feed;
    private Func<Task> _sending = () => Task.CompletedTask;

    public LiveFeedPublishing() => _feed = new(Send, _clock, NullLogger.Instance);

    [Fact]
    public void An_event_is_published_as_the_orders_new_status()
    {
        _feed.Follow(Period);
        _feed.Publish([.. new[] { "created", "reserved", "failed", "reopened", "cancelled", "confirmed", "fulfilled", "unheard-of" }.Select((type, n) => Event(n + 1, $"order.{type}"))]);

        Assert.Equal(
            [
                (1, OrderStatus.Pending), (2, OrderStatus.Reserved), (3, OrderStatus.Failed), (4, OrderStatus.Pending), (5, OrderStatus.Cancelled),
                (6, OrderStatus.Confirmed), (7, OrderStatus.Fulfilled),
            ],
            Assert.Single(_items).Changes.Select(change => (change.Transition.Version, change.Transition.Status)));
        Assert.All(_items[0].Changes, change => Assert.Equal((42, DateTimeOffset.UnixEpoch), (change.OrderId, change.Transition.At)));
    }

    [Fact]
    public void Nothing_is_sent_without_a_follower()
    {
        _feed.Publish([Event(1)]);
        _feed.Follow(Period);
        _feed.Publish([Event(2)]);
        _clock.Advance(Period);
        _feed.Publish([Event(3)]);

        Assert.Equal([2], Sent());
    }

    [Fact]
    public void Following_ends_without_a_renewal()
    {
        _feed.Follow(TimeSpan.MaxValue);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_feed.IsFollowed);
    }

    [Fact]
    public void A_row_that_is_read_again_is_published_once()
    {
        _feed.Follow(Period);
        _feed.Publish([Event(1), Event(2)]);
        _feed.Remove([1]);
        _feed.Publish([Event(2), Event(3)]);

        Assert.Equal([1, 2, 3], Sent());
    }

    [Fact]
    public void One_item_is_sent_at_a_time_and_the_next_has_the_changes_since()
    {
        var arrival = new TaskCompletionSource();
        _sending = () => arrival.Task;
        _feed.Follow(Period);
        _feed.Publish([Event(1)]);
        _feed.Publish([Event(2)]);
        _feed.Publish([Event(3)]);
        Assert.Equal([1], Sent());

        arrival.SetResult();
        Assert.Equal([1, 2, 3], Sent());
        Assert.Equal(2, _items.Count);
    }

    [Fact]
    public void The_number_of_waiting_changes_is_bounded()
    {
        var arrival = new TaskCompletionSource();
        _sending = () => arrival.Task;
        _feed.Follow(Period);
        _feed.Publish([Event(1)]);
        _feed.Publish([.. Enumerable.Range(2, LiveFeed.MaxPending + 10).Select(n => Event(n))]);
        arrival.SetResult();

        Assert.Equal(LiveFeed.MaxPending + 1, Sent().Count());
    }

    [Fact]
    public void A_stream_that_fails_delays_nothing()
    {
        var arrival = new TaskCompletionSource();
        _sending = () => arrival.Task;
        _feed.Follow(Period);
        _feed.Publish([Event(1)]);
        _feed.Publish([Event(2)]);
        _sending = () => Task.CompletedTask;
        arrival.SetException(new TimeoutException("gone"));
        _feed.Publish([Event(3)]);

        Assert.Equal([1, 2, 3], Sent());
        Assert.Equal([1, 1, 1], _items.Select(item => item.Changes.Length));
    }

    [Fact]
    public void A_follower_learns_for_how_long_nothing_was_missed()
    {
        Assert.Equal(TimeSpan.Zero, _feed.Follow(Period));
        _clock.Advance(Period / 2);
        _feed.Publish([Event(1)]);
        Assert.Equal(Period / 2, _feed.Follow(Period));

        _clock.Advance(Period / 3);
        _sending = () => Task.FromException(new TimeoutException("gone"));
        _feed.Publish([Event(2)]);
        Assert.Equal(TimeSpan.Zero, _feed.Follow(Period));

        _clock.Advance(Period / 3);
        Assert.Equal(Period / 3, _feed.Follow(Period));
        _clock.Advance(Period);
        Assert.Equal(TimeSpan.Zero, _feed.Follow(Period));
    }

    [Fact]
    public void Changes_beyond_the_bound_count_as_missed()
    {
        var arrival = new TaskCompletionSource();
        _sending = () => arrival.Task;
        _feed.Follow(Period);
        _feed.Publish([Event(1)]);
        _clock.Advance(Period / 2);
        _feed.Publish([.. Enumerable.Range(2, LiveFeed.MaxPending).Select(n => Event(n))]);
        Assert.Equal(Period / 2, _feed.Follow(Period));

        _feed.Publish([Event(LiveFeed.MaxPending + 2)]);
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
