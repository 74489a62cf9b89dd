using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Why an order is cancelled, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class Cancellations : IDisposable
{
    private const string Recalled = """{"status":"cancelled","cancelReason":"the product was recalled"}""";

    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _admin;

    public Cancellations(SharedCluster shared)
    {
        (_cluster, _api) = (shared.Cluster, new(shared.Cluster.Client));
        (_alice, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Admin));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_reason_the_order_says_that_it_was_cancelled(bool byAdmin)
    {
        var (status, order) = await Cancel(byAdmin ? _admin : _alice, await Reserved(), """{"status":"cancelled"}""");

        Assert.Equal((HttpStatusCode.OK, "cancelled"), (status, (string?)order["cancelReason"]));
    }

    [Fact]
    public async Task The_owner_reads_the_reason_of_an_admin()
    {
        var id = await Reserved("http-recalled");
        Assert.Equal(HttpStatusCode.OK, (await Cancel(_admin, id, Recalled)).Status);

        var (_, order) = await _alice.Call("GET", $"/orders/{id}");
        var (_, list) = await _alice.Call("GET", "/orders?status=cancelled&limit=1");
        Assert.Equal("the product was recalled", (string?)order["cancelReason"]);
        Assert.Equal((id, "the product was recalled"), ((long)list["items"]![0]!["id"]!, (string?)list["items"]![0]!["cancelReason"]));
        await Eventually.Get("the stock to be back", () => _cluster.StockOf("http-recalled"), stock => stock == (10, 0));
    }

    [Fact]
    public async Task Only_an_admin_gives_a_reason()
    {
        var id = await Reserved();

        var (status, problem) = await Cancel(_alice, id, Recalled);

        Assert.Equal((HttpStatusCode.Forbidden, "only an admin can give a reason"), (status, (string?)problem["detail"]));
        var (_, order) = await _alice.Call("GET", $"/orders/{id}");
        Assert.Equal(("reserved", false), ((string?)order["status"], order.ContainsKey("cancelReason")));
    }

    [Fact]
    public async Task A_cancelled_order_keeps_its_reason()
    {
        var id = await Reserved();
        await Cancel(_alice, id, """{"status":"cancelled"}""");

        var (status, problem) = await Cancel(_admin, id, Recalled);

        Assert.Equal((HttpStatusCode.Conflict, "the order is cancelled for another reason already"), (status, (string?)problem["detail"]));
        Assert.Equal(HttpStatusCode.Forbidden, (await Cancel(_alice, id, Recalled)).Status);
        Assert.Equal("cancelled", (string?)(await _alice.Call("GET", $"/orders/{id}")).Body["cancelReason"]);
    }

    public void Dispose()
    {
        _alice.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private async Task<long> Reserved(string product = "http-reasons")
    {
        await _cluster.SetStock(product, 10);
        var id = await _alice.Place("alice", (product, 1));
        await _alice.Settled(id);
        return id;
    }

    private static Task<(HttpStatusCode Status, JsonObject Body)> Cancel(HttpClient client, long id, string body) => client.Call("PATCH", $"/orders/{id}/status", body);
}
