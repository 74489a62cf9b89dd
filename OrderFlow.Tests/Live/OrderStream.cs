using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Orders;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Bridge;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Live;

/// <summary><c>GET /orders/{id}/events</c>, over HTTP and two silos; the heartbeat interval is too long to matter.</summary>
[Collection(BridgeCollection.Name)]
public sealed class OrderStream : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;

    public OrderStream(SharedBridge shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client, ("Live:HeartbeatInterval", "00:05:00"));
        _alice = _api.As(Tokens.Alice);
    }

    [Fact]
    public async Task A_follower_sees_an_order_pending_and_then_reserved()
    {
        await _cluster.SetStock("followed", 10);
        var reserving = _cluster.Faults.Hold("Reserve");
        var id = await _alice.Place("alice", ("followed", 1));
        using var stream = await EventStreamClient.Connect(_alice, $"/orders/{id}/events");
        var pending = await stream.Next();
        reserving.Release();
        var reserved = await stream.Next();

        var order = await _alice.Settled(id);
        AssertJson($$"""{"orderId":{{id}},"status":"pending","version":1,"at":"{{order["createdAt"]}}"}""", pending.Data);
        AssertJson($$"""{"orderId":{{id}},"status":"reserved","version":2,"at":"{{order["updatedAt"]}}"}""", reserved.Data);
        Assert.Equal([("order", "1"), ("order", "2")], new[] { pending, reserved }.Select(each => (each.Name, each.Id)));
        Assert.Empty(_api.Errors);
    }

    [Fact]
    public async Task A_late_follower_sees_all_changes_so_far() =>
        Assert.Equal(["order 1 pending", "order 2 failed"], await Told(await Failed(), 2));

    [Fact]
    public async Task A_reconnecting_client_misses_nothing_and_sees_nothing_twice()
    {
        await _cluster.SetStock("followed-back", 10);
        var id = await _alice.Place("alice", ("followed-back", 1));
        await _alice.Settled(id);
        string last;
        using (var first = await EventStreamClient.Connect(_alice, $"/orders/{id}/events")) last = (await first.Next()).Id!;
        await _alice.Call("PATCH", $"/orders/{id}/status", """{"status":"cancelled"}""");

        Assert.Equal(["order 2 reserved", "order 3 cancelled"], await Told(id, 2, last));
        Assert.Equal(["order 3 cancelled"], await Told(id, 1, "2"));
    }

    [Fact]
    public async Task A_stream_continues_after_any_status()
    {
        var id = await Failed("followed-later");
        using var stream = await EventStreamClient.Connect(_alice, $"/orders/{id}/events", "2");
        await _cluster.SetStock("followed-later", 1);
        await _cluster.Order(id).ChangeStatus(OrderStatus.Pending, OrderFlowCluster.Admin);
        Assert.Equal(["order 3 pending", "order 4 reserved"], await stream.Next(2));

        await _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, OrderFlowCluster.Alice);
        Assert.Equal(["order 5 cancelled"], await stream.Next(1));
    }

    [Fact]
    public async Task A_follower_sees_an_order_confirmed_and_fulfilled()
    {
        await _cluster.SetStock("followed-fulfilled", 1);
        var id = await _alice.Place("alice", ("followed-fulfilled", 1));
        await _alice.Settled(id);
        using var stream = await EventStreamClient.Connect(_alice, $"/orders/{id}/events", "2");
        foreach (var (token, status) in new[] { (Tokens.Payments, "confirmed"), (Tokens.Fulfilment, "fulfilled") })
        {
            using var client = _api.As(token);
            await client.Call("PATCH", $"/orders/{id}/status", $$"""{"status":"{{status}}"}""");
        }

        Assert.Equal(["order 3 confirmed", "order 4 fulfilled"], await stream.Next(2));
    }

    [Fact]
    public async Task Orders_on_either_silo_are_seen_by_all_followers()
    {
        await _cluster.SetStock("followed-by-many", 1_000);
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _alice.Place("alice", ("followed-by-many", 1))));
        await _cluster.Quiet();
        var silos = await _cluster.Client.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics([$"{typeof(OrderGrain).FullName},{typeof(OrderGrain).Assembly.GetName().Name}"]);
        Assert.Equal(2, silos.Select(activation => activation.SiloAddress).Distinct().Count());

        var streams = await Task.WhenAll(ids.Take(10).SelectMany(id => new[] { id, id }).Select(id => EventStreamClient.Connect(_alice, $"/orders/{id}/events", "2")));
        await Task.WhenAll(ids.Select(id => _cluster.Order(id).ChangeStatus(OrderStatus.Cancelled, OrderFlowCluster.Alice)));
        foreach (var stream in streams)
        {
            Assert.Equal(["order 3 cancelled"], await stream.Next(1));
            stream.Dispose();
        }
    }

    [Fact]
    public async Task A_deleted_order_ends_its_stream()
    {
        await _cluster.SetStock("followed-deleted", 10);
        var id = await _alice.Place("alice", ("followed-deleted", 1));
        await _alice.Settled(id);
        using var stream = await EventStreamClient.Connect(_alice, $"/orders/{id}/events", "2");
        await _alice.Call("DELETE", $"/orders/{id}");

        var deleted = await stream.Next();
        Assert.Equal(("deleted", null, $$"""{"orderId":{{id}}}"""), (deleted.Name, deleted.Id, deleted.Data.ToJsonString()));
        Assert.Null(await stream.Line());
        Assert.Equal(HttpStatusCode.NotFound, await Status(_alice, id));
    }

    [Fact]
    public async Task Admins_and_whoever_confirms_or_fulfils_orders_may_follow_any_and_others_learn_nothing_of_it()
    {
        var id = await Failed();
        using var bob = _api.As(Tokens.Bob);
        using var anyone = _api.As(null);

        foreach (var token in new[] { Tokens.Admin, Tokens.Payments, Tokens.Fulfilment })
        {
            using var client = _api.As(token);
            using var stream = await EventStreamClient.Connect(client, $"/orders/{id}/events");
            Assert.Equal(["order 1 pending", "order 2 failed"], await stream.Next(2));
        }

        Assert.Equal(HttpStatusCode.NotFound, await Status(bob, id));
        Assert.Equal(HttpStatusCode.NotFound, await Status(_alice, long.MaxValue));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(anyone, id));
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("9223372036854775808")]
    [InlineData("42-2")]
    public async Task An_invalid_Last_Event_ID_is_rejected(string lastEventId)
    {
        using var answer = await EventStreamClient.Ask(_alice, $"/orders/{await Failed()}/events", lastEventId);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(["Last-Event-ID"], (await Problem.In(answer))["errors"]!.AsObject().Select(error => error.Key));
    }

    [Fact]
    public async Task Proxies_are_told_neither_to_cache_nor_to_buffer_the_stream()
    {
        using var stream = await EventStreamClient.Connect(_alice, $"/orders/{await Failed()}/events");
        Assert.Equal(("no-store", "no"), (stream.Answer.Headers.CacheControl?.ToString(), stream.Answer.Headers.GetValues("X-Accel-Buffering").Single()));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _api.Dispose();
    }

    private async Task<long> Failed(string product = "followed-nowhere")
    {
        var id = await _alice.Place("alice", (product, 1));
        await _alice.Settled(id);
        return id;
    }

    private async Task<IReadOnlyList<string>> Told(long id, int count, string? lastEventId = null)
    {
        using var stream = await EventStreamClient.Connect(_alice, $"/orders/{id}/events", lastEventId);
        return await stream.Next(count);
    }

    private static async Task<HttpStatusCode> Status(HttpClient client, long id)
    {
        using var answer = await EventStreamClient.Ask(client, $"/orders/{id}/events");
        return answer.StatusCode;
    }

    private static void AssertJson(string expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"expected {expected}, got {actual.ToJsonString()}");
}
