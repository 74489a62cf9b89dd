using OrderFlow.Orders;

namespace OrderFlow.Tests.Live;

/// <summary>What comes by the streams may be lost or doubled, and the cluster may be away: who follows an order sees each change once all the same.</summary>
public sealed class Losing_a_part_of_the_feed : IDisposable
{
    private readonly LiveApi _api = new();

    [Fact]
    public async Task A_change_that_was_not_heard_of_is_told_with_the_next_heartbeat()
    {
        using var stream = await _api.Follow(_api.Alice);
        Assert.Equal("order 1 pending", (await stream.Next()).Told);
        _api.Order.Become(OrderStatus.Reserved);
        _api.Clock.Advance(LiveApi.Heartbeat);

        Assert.Equal((": still here", ""), (await stream.Line(), await stream.Line()));
        Assert.Equal("order 2 reserved", (await stream.Next()).Told);
    }

    [Fact]
    public async Task A_change_that_is_heard_of_thrice_is_told_once()
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
    public async Task While_the_cluster_is_away_the_stream_stays_and_gives_signs_of_life_and_then_goes_on()
    {
        using var stream = await _api.Follow(_api.Alice);
        Assert.Equal("order 1 pending", (await stream.Next()).Told);
        _api.Order.IsAway = _api.Feed.IsAway = true;
        var reads = _api.Order.Reads;
        _api.Clock.Advance(LiveApi.Heartbeat);
        Assert.Equal((": still here", ""), (await stream.Line(), await stream.Line()));
        await _api.TurnUntil("the order to be asked three times in vain", () => _api.Order.Reads >= reads + 3);

        _api.Order.Become(OrderStatus.Failed);
        _api.Order.IsAway = _api.Feed.IsAway = false;
        await _api.TurnUntil("the order to be asked again", () => _api.Order.Reads >= reads + 4);
        Assert.Equal("order 2 failed", (await stream.Next()).Told);
        Assert.Empty(_api.Program.Errors);
    }

    [Fact]
    public async Task Where_the_feed_comes_late_the_order_is_read_once_it_is_there()
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
    public async Task An_order_that_is_found_deleted_is_the_end()
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
