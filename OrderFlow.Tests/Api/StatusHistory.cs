using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary><c>GET /orders/{id}/history</c>: who changed an order's status, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StatusHistory : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _admin;

    public StatusHistory(SharedCluster shared)
    {
        (_cluster, _api) = (shared.Cluster, new(shared.Cluster.Client));
        (_alice, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Admin));
    }

    [Fact]
    public async Task Each_change_has_its_actor()
    {
        await _cluster.SetStock("http-history", 0);
        var id = await _alice.Place("alice", ("http-history", 1));
        await _alice.Settled(id);
        await _cluster.SetStock("http-history", 1);
        await Change(_admin, id, "pending");
        await _alice.Settled(id);
        foreach (var (token, status) in new[] { (Tokens.Payments, "confirmed"), (Tokens.Fulfilment, "fulfilled") })
        {
            using var client = _api.As(token);
            await Change(client, id, status);
        }

        var history = await History(id);

        Assert.Equal((6, 1, Limits.Transitions), ((int)history["total"]!, (int)history["page"]!, (int)history["limit"]!));
        Assert.Equal(
            ["1 pending alice", "2 failed system", "3 pending root", "4 reserved system", "5 confirmed till", "6 fulfilled depot"],
            history["items"]!.AsArray().Select(change => $"{change!["version"]} {change["status"]} {change["actor"]}"));
        var (_, order) = await _alice.Call("GET", $"/orders/{id}");
        Assert.Equal((string?)order["createdAt"], (string?)history["items"]![0]!["at"]);
    }

    [Theory]
    [InlineData("alice", """{"status":"cancelled"}""")]
    [InlineData("root", """{"status":"cancelled","cancelReason":"a mistake"}""")]
    public async Task A_cancellation_has_the_actor_who_asked_for_it(string actor, string body)
    {
        await _cluster.SetStock("http-history-cancelled", 10);
        var id = await _alice.Place("alice", ("http-history-cancelled", 1));
        await _alice.Settled(id);
        await (actor == "alice" ? _alice : _admin).Call("PATCH", $"/orders/{id}/status", body);

        Assert.Equal(actor, (string?)(await History(id))["items"]![2]!["actor"]);
    }

    [Fact]
    public async Task A_change_that_1_0_0_stored_has_no_actor()
    {
        var id = await _alice.Place("alice", ("http-history-nowhere", 1));
        await _alice.Settled(id);
        await using (var command = _cluster.Database.CreateCommand(
            $"UPDATE orders SET transitions = (SELECT jsonb_agg(change - 'actor') FROM jsonb_array_elements(transitions) AS change) WHERE id = {id}"))
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        await _cluster.DeactivateAll();

        var changes = (await History(id))["items"]!.AsArray();
        Assert.Equal(["pending", "failed"], changes.Select(change => (string?)change!["status"]));
        Assert.All(changes, change => Assert.False(change!.AsObject().ContainsKey("actor")));
    }

    [Fact]
    public async Task Only_admins_read_the_history_of_an_order_that_there_is()
    {
        var id = await _alice.Place("alice", ("http-history-nowhere", 1));
        await _alice.Settled(id);
        using var anyone = _api.As(null);

        Assert.Equal(HttpStatusCode.Forbidden, (await _alice.Call("GET", $"/orders/{id}/history")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await anyone.Call("GET", $"/orders/{id}/history")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _admin.Call("GET", $"/orders/{long.MaxValue}/history")).Status);
        await _alice.Call("DELETE", $"/orders/{id}");
        Assert.Equal(HttpStatusCode.NotFound, (await _admin.Call("GET", $"/orders/{id}/history")).Status);
    }

    public void Dispose()
    {
        _alice.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private async Task<JsonObject> History(long id)
    {
        var (status, history) = await _admin.Call("GET", $"/orders/{id}/history");
        Assert.Equal(HttpStatusCode.OK, status);
        return history;
    }

    private static async Task Change(HttpClient client, long id, string status) =>
        Assert.Equal((status, HttpStatusCode.OK), (status, (await client.Call("PATCH", $"/orders/{id}/status", $$"""{"status":"{{status}}"}""")).Status));
}
