using System.Net;
using OrderFlow.Orders;
using OrderFlow.Outbox;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Bridge;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Live;

/// <summary><c>GET /orders/events</c>, over HTTP and two silos, and the streams behind it.</summary>
[Collection(BridgeCollection.Name)]
public sealed class AllOrdersStream : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _admin;

    public AllOrdersStream(SharedBridge shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client, ("Live:HeartbeatInterval", "00:05:00"));
        _admin = _api.As(Tokens.Admin);
    }

    [Fact]
    public async Task An_admin_sees_every_change_of_every_order_once()
    {
        const int orders = 50;
        await _cluster.SetStock("all-followed", orders);
        using var stream = await Connect();
        var ids = await Task.WhenAll(Enumerable.Range(0, orders).Select(_ => _admin.Place("root", ("all-followed", 1))));
        await _cluster.Quiet();

        var told = new List<string>();
        foreach (var each in await Read(stream, ids, 2 * orders)) told.Add(each.Told);
        Assert.Equal(
            ids.SelectMany(id => new[] { $"order {id}-1 pending", $"order {id}-2 reserved" }).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
        Assert.All(ids, id => Assert.True(told.IndexOf($"order {id}-1 pending") < told.IndexOf($"order {id}-2 reserved")));
        Assert.Empty(_api.Errors);
    }

    [Fact]
    public async Task While_Kafka_does_not_answer_changes_are_told_all_the_same()
    {
        await _cluster.SetStock("all-followed-apart", 10);
        using var stream = await Connect();
        var publishing = _cluster.Faults.Hold(Faults.Publishing);
        try
        {
            var reserving = await _cluster.Place(("all-followed-apart", 1));
            await Eventually.Get("an event to be on its way to Kafka", () => Task.FromResult(publishing.Waiting), waiting => waiting > 0);
            await _cluster.Settled(reserving);
            await _cluster.Order(reserving).ChangeStatus(OrderStatus.Cancelled, OrderFlowCluster.Alice);

            Assert.Equal(
                [$"order {reserving}-1 pending", $"order {reserving}-2 reserved", $"order {reserving}-3 cancelled"],
                (await Read(stream, [reserving], 3)).Select(each => each.Told));
            Assert.Equal(0, publishing.Arrived);
        }
        finally
        {
            publishing.Release();
        }
    }

    [Fact]
    public async Task Subscriptions_are_kept_in_the_database_and_read_from_there()
    {
        using (await Connect())
        {
            await Eventually.Get(
                "the subscriptions of each partition to be stored",
                () => _cluster.Scalar<long>("SELECT count(*) FROM orleans_grain_state WHERE state_name = 'PubSubRendezvousGrain'"),
                rows => rows == OutboxPartitions.Count);
        }

        await _cluster.DeactivateAll();
        using var another = new ApiProgram(_cluster.Client, ("Live:HeartbeatInterval", "00:05:00"));
        using var admin = another.As(Tokens.Admin);
        using var stream = await Connect(admin);
    }

    [Fact]
    public async Task A_caller_who_is_not_an_admin_may_not_follow_all_orders()
    {
        using var alice = _api.As(Tokens.Alice);
        using var anyone = _api.As(null);
        using var forbidden = await EventStreamClient.Ask(alice, "/orders/events");
        using var unknown = await EventStreamClient.Ask(anyone, "/orders/events");
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized), (forbidden.StatusCode, unknown.StatusCode));
    }

    public void Dispose()
    {
        _admin.Dispose();
        _api.Dispose();
    }

    /// <summary>Connects, and waits until changes arrive from every partition.</summary>
    private async Task<EventStreamClient> Connect(HttpClient? admin = null)
    {
        var stream = await EventStreamClient.Connect(admin ?? _admin, "/orders/events");
        var seen = new HashSet<long>();
        var next = stream.Next();
        await Eventually.Get(
            "changes to come from every partition",
            async () =>
            {
                await _admin.Place("root", ("all-followed-nowhere", 1));   // consecutive ids, and so consecutive partitions
                for (; next.IsCompleted && seen.Count < OutboxPartitions.Count; next = seen.Count < OutboxPartitions.Count ? stream.Next() : next)
                    seen.Add((long)(await next).Data["orderId"]! % OutboxPartitions.Count);
                return seen.Count;
            },
            count => count == OutboxPartitions.Count);
        return stream;
    }

    /// <summary>The next events of these orders.</summary>
    private static async Task<IReadOnlyList<StreamedEvent>> Read(EventStreamClient stream, long[] ids, int count)
    {
        var told = new List<StreamedEvent>();
        while (told.Count < count)
        {
            var next = await stream.Next();
            if (ids.Contains((long)next.Data["orderId"]!)) told.Add(next);
        }

        return told;
    }
}
