using OrderFlow.Orders;

namespace OrderFlow.Tests.Live;

/// <summary>Stream items may be lost or duplicated, and the cluster may be unavailable: followers of an order see each change once.</summary>
public sealed class LiveFeedOutages : IDisposable
{
    private readonly LiveApi _api = new();

    [Fact]
    public async Task A_change_whose_item_was_lost_comes_with_the_next_heartbeat()
    {
        using var stream = await _api.Follow(_api.Alice);
        Assert.Equal("order 1 pending", (await stream.Next()).Told);
        _api.Order.Become(OrderStatus.Reserved);
        _api.Clock.Advance(LiveApi.Heartbeat);

        Assert.Equal((": still here", ""), (await stream.Line(), await stream.Line()));
        Assert.Equal("order 2 reserved", (await stream.Next()).Told);
    }

    [Fact]
    public async Task A_change_that_is_delivered_three_times_is_sent_once()
    {
        using var stream = await _api.Follow(_api.Alice);
        _api.Order.Become(OrderStatus.Reserved);
        for (var times = 0; times < 3; times++) _api.Feed.Bring((1, 2), (1, 2), (7, 1));
        Assert.Equal(["order 1 pending", "order 2 reserved"], await stream.Next(2));

        _api.Order.Become(OrderStatus.Cancelled);
        _api.Feed.Bring((1, 3));
        Assert.Equal(["order 3 cancelled"], await stream.Next(1));
    }

    [Fact]
    public async Task While_the_cluster_is_unavailable_the_stream_sends_heartbeats_and_then_continues()
    {
        using var stream = await _api.Follow(_api.Alice);
        Assert.Equal("order 1 pending", (await stream.Next()).Told);
        _api.Order.IsAway = _api.Feed.IsAway = true;
        var reads = _api.Order.Reads;
        _api.Clock.Advance(LiveApi.Heartbeat);
        Assert.Equal((": still here", ""), (await stream.Line(), await stream.Line()));
        await _api.TurnUntil("the order to be read three times without success", () => _api.Order.Reads >= reads + 3);

        _api.Order.Become(OrderStatus.Failed);
        _api.Order.IsAway = _api.Feed.IsAway = false;
        await _api.TurnUntil("the order to be read again", () => _api.Order.Reads >= reads + 4);
        Assert.Equal("order 2 failed", (await stream.Next()).Told);
        Assert.Empty(_api.Program.Errors);
    }

    [Fact]
    public async Task An_order_is_read_again_once_a_late_feed_is_available()
    {
        _api.Feed.IsAway = true;
        using var stream = await Api.EventStreamClient.Connect(_api.Alice, "/orders/1/events");
        Assert.Equal("order 1 pending", (await stream.Next()).Told);
        _api.Order.Become(OrderStatus.Reserved);
        _api.Feed.IsAway = false;
        await _api.TurnUntil("the feed to be asked", () => _api.Feed.Asked > 0);

        Assert.Equal("event: order", await stream.Line());   // and no heartbeat before it
    }

    [Fact]
    public async Task The_stream_ends_when_the_order_is_found_deleted()
    {
        using var stream = await _api.Follow(_api.Alice);
        Assert.Equal("order 1 pending", (await stream.Next()).Told);
        _api.Order.Delete();
        _api.Clock.Advance(LiveApi.Heartbeat);

        Assert.Equal("deleted", (await stream.Next()).Told);
        Assert.Null(await stream.Line());
    }

    public void Dispose() => _api.Dispose();
}
