using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Cluster;

/// <summary>Fails before and after each write and each call of an order: the order ends as if nothing had failed.</summary>
[Collection(ClusterCollection.Name)]
public sealed class CrashPoints(SharedCluster shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;

    public static TheoryData<string, int> WhileReserving => Points(("call Place", 1), ("write order", 2), ("call Resume", 1), ("call Reserve", 2), ("write stock-item", 2));

    public static TheoryData<string, int> WhileFailing => Points(("write order", 2), ("call Reserve", 2), ("call Release", 2), ("write stock-item", 3));

    public static TheoryData<string, int> WhileCancelling => Points(("call ChangeStatus", 1), ("write order", 2), ("call Resume", 1), ("call Release", 2), ("write stock-item", 2));

    public static TheoryData<string, int> WhileDeleting => Points(("call Delete", 1), ("write order", 2), ("call Resume", 1), ("call Release", 2), ("write stock-item", 2));

    public static TheoryData<string, int> WhileConfirming => Points(("call ChangeStatus", 1), ("write order", 1));

    public static TheoryData<string, int> WhileFulfilling => Points(("call ChangeStatus", 1), ("write order", 2), ("call Resume", 1), ("call Consume", 2), ("write stock-item", 2));

    /// <summary>Placing and reserving pass some of these points before.</summary>
    public static TheoryData<string, int> WhileExpiring => BeforeAndAfter(
        ("call Expire", 1), ("write order", 3), ("write order", 4), ("call Resume", 2), ("call Release", 1), ("call Release", 2), ("write stock-item", 3), ("write stock-item", 4));

    public static TheoryData<string, int> WhilePlacingWithAKey => Points(("call Place", 2), ("write idempotency", 1), ("write order", 1));

    [Theory, MemberData(nameof(WhileReserving))]
    public async Task A_crash_while_reserving_leaves_a_reserved_order(string point, int nth)
    {
        var (a, b) = await Stock(10, 10);

        var order = await PlaceDespite(point, nth, a, b);

        Assert.Equal((OrderStatus.Reserved, 5.00m), (order.Status, order.TotalAmount));
        Assert.Equal(((8, 2), (7, 3)), (await _cluster.StockOf(a), await _cluster.StockOf(b)));
        Assert.Equal(["order.created", "order.reserved"], await _cluster.EventsOf(order.Id));
    }

    [Theory, MemberData(nameof(WhileFailing))]
    public async Task A_crash_while_failing_leaves_a_failed_order_that_holds_nothing(string point, int nth)
    {
        var (a, b) = await Stock(10, 1);

        var order = await PlaceDespite(point, nth, a, b);

        Assert.Equal((OrderStatus.Failed, $"insufficient stock: {b} wanted 3, available 1"), (order.Status, order.FailReason));
        Assert.Equal(((10, 0), (1, 0)), (await _cluster.StockOf(a), await _cluster.StockOf(b)));
        Assert.Equal(["order.created", "order.failed"], await _cluster.EventsOf(order.Id));
    }

    [Theory, MemberData(nameof(WhileCancelling))]
    public async Task A_crash_while_cancelling_releases_everything(string point, int nth)
    {
        var (a, b) = await Stock(10, 10);
        var id = await _cluster.Place((a, 2), (b, 3));
        await _cluster.Settled(id);

        var before = _cluster.Faults.Count;
        _cluster.Faults.Fail(point, nth);
        var result = await UntilAnswered(() => _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, Alice));
        await _cluster.Quiet();

        Assert.Equal(1, _cluster.Faults.Count - before);
        Assert.Equal((Outcome.Ok, OrderStatus.Cancelled), (result.Outcome, result.Order!.Status));
        Assert.Equal(((10, 0), (10, 0)), (await _cluster.StockOf(a), await _cluster.StockOf(b)));
        Assert.Equal(["order.created", "order.reserved", "order.cancelled"], await _cluster.EventsOf(id));
    }

    [Theory, MemberData(nameof(WhileDeleting))]
    public async Task A_crash_while_deleting_releases_everything(string point, int nth)
    {
        var (a, b) = await Stock(10, 10);
        var id = await _cluster.Place((a, 2), (b, 3));
        await _cluster.Settled(id);

        var before = _cluster.Faults.Count;
        _cluster.Faults.Fail(point, nth);
        await UntilAnswered(() => _cluster.Order(id).Delete(Alice));
        await _cluster.Quiet();

        Assert.Equal(1, _cluster.Faults.Count - before);
        Assert.Equal(Outcome.NotFound, (await _cluster.Order(id).Get(Alice)).Outcome);
        Assert.Equal(((10, 0), (10, 0)), (await _cluster.StockOf(a), await _cluster.StockOf(b)));
        Assert.Equal(["order.created", "order.reserved", "order.cancelled"], await _cluster.EventsOf(id));
    }

    [Theory, MemberData(nameof(WhileConfirming))]
    public async Task A_crash_while_confirming_leaves_a_confirmed_order_that_holds_its_stock(string point, int nth)
    {
        var (a, b) = await Stock(10, 10);
        var id = await _cluster.Place(Command(Alice, (a, 2), (b, 3)) with { ReserveFor = TimeSpan.FromHours(1) });
        await _cluster.Settled(id);

        var order = await ChangeDespite(point, nth, id, new(OrderStatus.Confirmed, Payments));

        Assert.Equal((OrderStatus.Confirmed, null), (order.Status, order.ExpiresAt));
        Assert.Equal(((8, 2), (7, 3)), (await _cluster.StockOf(a), await _cluster.StockOf(b)));
        Assert.Equal(["order.created", "order.reserved", "order.confirmed"], await _cluster.EventsOf(id));
    }

    [Theory, MemberData(nameof(WhileFulfilling))]
    public async Task A_crash_while_fulfilling_takes_the_units_out_of_the_stock_once(string point, int nth)
    {
        var (a, b) = await Stock(10, 10);
        var id = await _cluster.Place((a, 2), (b, 3));
        await _cluster.Settled(id);

        var order = await ChangeDespite(point, nth, id, new(OrderStatus.Fulfilled, Fulfilment, Tracking: new("DHL", "1")));

        Assert.Equal((OrderStatus.Fulfilled, new Tracking("DHL", "1")), (order.Status, order.Tracking));
        Assert.Equal(((8, 0), (7, 0)), (await _cluster.StockOf(a), await _cluster.StockOf(b)));
        Assert.Equal(2, await _cluster.Scalar<long>($"SELECT count(*) FROM stock_reservations WHERE order_id = {id} AND consumed AND released_at IS NOT NULL"));
        Assert.Equal(["order.created", "order.reserved", "order.fulfilled"], await _cluster.EventsOf(id));
    }

    [Theory, MemberData(nameof(WhileExpiring))]
    public async Task A_crash_while_expiring_releases_everything(string point, int nth)
    {
        var (a, b) = await Stock(10, 10);

        var before = _cluster.Faults.Count;
        _cluster.Faults.Fail(point, nth);
        var id = await _cluster.Place(Command(Alice, (a, 2), (b, 3)) with { ReserveFor = TimeSpan.Zero });
        await _cluster.Expired(id);
        await _cluster.Quiet();

        Assert.Equal(1, _cluster.Faults.Count - before);
        Assert.Equal(((10, 0), (10, 0)), (await _cluster.StockOf(a), await _cluster.StockOf(b)));
        Assert.Equal(["order.created", "order.reserved", "order.cancelled"], await _cluster.EventsOf(id));
    }

    [Theory, MemberData(nameof(WhilePlacingWithAKey))]
    public async Task A_crash_while_placing_with_a_key_leaves_one_order(string point, int nth)
    {
        var (a, _) = await Stock(10, 10);
        var keyed = _cluster.Client.GetGrain<IIdempotencyGrain>(0);

        var before = _cluster.Faults.Count;
        _cluster.Faults.Fail(point, nth);
        var first = await UntilAnswered(async () => await keyed.Place($"idem/{a}", await _cluster.NextId(), Command(Alice, (a, 1))));
        var again = await keyed.Place($"idem/{a}", await _cluster.NextId(), Command(Alice, (a, 1)));
        await _cluster.Quiet();

        Assert.Equal(1, _cluster.Faults.Count - before);
        Assert.Equal((KeyUse.Repeated, first.Result!.Order!.Id), (again.Use, again.Result!.Order!.Id));
        Assert.Equal((9, 1), await _cluster.StockOf(a));
        Assert.Equal(1, await _cluster.Scalar<long>($"SELECT count(*) FROM orders WHERE items->0->>'productId' = '{a}'"));
    }

    private static TheoryData<string, int> Points(params (string Point, int Times)[] points) =>
        BeforeAndAfter([.. points.SelectMany(point => Enumerable.Range(1, point.Times).Select(nth => (point.Point, nth)))]);

    private static TheoryData<string, int> BeforeAndAfter(params (string Point, int Nth)[] passes)
    {
        var data = new TheoryData<string, int>();
        foreach (var (point, nth) in passes)
        {
            data.Add($"before {point}", nth);
            data.Add($"after {point}", nth);
        }

        return data;
    }

    private async Task<(string A, string B)> Stock(long ofA, long ofB)
    {
        var run = Guid.NewGuid().ToString("N");
        var (a, b) = ($"crash-a-{run}", $"crash-b-{run}");
        await _cluster.SetStock(a, ofA);
        await _cluster.SetStock(b, ofB);
        return (a, b);
    }

    private async Task<Order> PlaceDespite(string point, int nth, string a, string b)
    {
        var before = _cluster.Faults.Count;
        _cluster.Faults.Fail(point, nth);
        var id = await _cluster.NextId();
        var placed = await UntilAnswered(() => _cluster.Order(id).Place(Command(Alice, (a, 2), (b, 3))));
        Assert.Equal(Outcome.Ok, placed.Outcome);

        var order = await _cluster.Settled(id);
        await _cluster.Quiet();
        Assert.Equal(1, _cluster.Faults.Count - before);
        return order;
    }

    private async Task<Order> ChangeDespite(string point, int nth, long id, ChangeStatus command)
    {
        var before = _cluster.Faults.Count;
        _cluster.Faults.Fail(point, nth);
        var result = await UntilAnswered(() => _cluster.Fulfilling(id).ChangeStatus(command));
        await _cluster.Quiet();

        Assert.Equal((Outcome.Ok, 1), (result.Outcome, _cluster.Faults.Count - before));
        return (await _cluster.Order(id).Get(Alice)).Order!;
    }

    /// <summary>Repeats the call until it is answered, as a client does.</summary>
    private static async Task<T> UntilAnswered<T>(Func<Task<T>> call)
    {
        const int attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception) when (attempt < attempts)
            {
            }
        }
    }
}
