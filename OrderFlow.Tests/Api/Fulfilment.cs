using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Confirming, fulfilling and expiring orders, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class Fulfilment : IDisposable
{
    private const string Parcel = """{"carrier":"DHL","number":"JD0146000011","url":"https://parcels.example/JD0146000011"}""";
    private const string WithoutAddress = """{"carrier":"DHL","number":"JD0146000011"}""";

    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _payments;
    private readonly HttpClient _fulfilment;

    public Fulfilment(SharedCluster shared)
    {
        (_cluster, _api) = (shared.Cluster, new(shared.Cluster.Client));
        (_alice, _payments, _fulfilment) = (_api.As(Tokens.Alice), _api.As(Tokens.Payments), _api.As(Tokens.Fulfilment));
    }

    [Fact]
    public async Task A_reserved_order_shows_when_it_expires_until_it_is_confirmed()
    {
        await _cluster.SetStock("http-expiring", 10);
        var body = HttpApi.OrderOf("alice", ("http-expiring", 1));
        body["reserveFor"] = "P1DT2H";
        var (created, placed) = await _alice.Call("POST", "/orders", body.ToJsonString());
        Assert.Equal((HttpStatusCode.Created, false), (created, placed.ContainsKey("expiresAt")));

        var reserved = await _alice.Settled((long)placed["id"]!);
        Assert.Equal(("reserved", TimeSpan.FromHours(26)), ((string?)reserved["status"], Time(reserved, "expiresAt") - Time(reserved, "updatedAt")));
        Assert.EndsWith("Z", (string)reserved["expiresAt"]!, StringComparison.Ordinal);

        var (status, confirmed) = await Change(_payments, placed, """{"status":"confirmed"}""");
        Assert.Equal((HttpStatusCode.OK, "confirmed", false), (status, (string?)confirmed["status"], confirmed.ContainsKey("expiresAt")));
        Assert.Equal((9, 1), await _cluster.StockOf("http-expiring"));
    }

    [Fact]
    public async Task An_order_that_is_not_to_expire_shows_no_time() => Assert.False((await Reserved("http-lasting")).ContainsKey("expiresAt"));

    [Fact]
    public async Task An_order_that_is_not_confirmed_in_time_is_cancelled_and_its_stock_released()
    {
        await _cluster.SetStock("http-expired", 5);
        var id = await _cluster.NextId();
        await _cluster.Order(id).Place(OrderFlowCluster.Command(OrderFlowCluster.Alice, ("http-expired", 5)) with { ReserveFor = TimeSpan.FromMilliseconds(50) });

        var expired = (await Eventually.Get(
            "the order to expire", () => _alice.Call("GET", $"/orders/{id}"), answer => (string?)answer.Body["status"] == "cancelled")).Body;

        Assert.Equal(("expired", false), ((string?)expired["cancelReason"], expired.ContainsKey("expiresAt")));
        await Eventually.Get("the stock to be back", () => _cluster.StockOf("http-expired"), stock => stock == (5, 0));
        var (conflict, problem) = await Change(_payments, expired, """{"status":"confirmed"}""");
        Assert.Equal((HttpStatusCode.Conflict, "[]"), (conflict, problem["allowed"]!.ToJsonString()));
    }

    [Fact]
    public async Task The_units_of_a_fulfilled_order_leave_the_reserved_ones_and_nothing_becomes_available()
    {
        var order = await Reserved("http-fulfilled");
        Assert.Equal((7, 3), await _cluster.StockOf("http-fulfilled"));

        var (status, fulfilled) = await Change(_fulfilment, order, Fulfilled(Parcel));

        Assert.Equal((HttpStatusCode.OK, "fulfilled", Parcel), (status, (string?)fulfilled["status"], fulfilled["tracking"]!.ToJsonString()));
        await Eventually.Get("the units to have left", () => _cluster.StockOf("http-fulfilled"), stock => stock == (7, 0));
        var (_, read) = await _alice.Call("GET", $"/orders/{order["id"]}");
        Assert.Equal(("fulfilled", Parcel), ((string?)read["status"], read["tracking"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_fulfilled_order_is_deleted_and_releases_nothing()
    {
        var order = await Reserved("http-fulfilled-deleted");
        await Change(_fulfilment, order, Fulfilled());
        await Eventually.Get("the units to have left", () => _cluster.StockOf("http-fulfilled-deleted"), stock => stock == (7, 0));

        Assert.Equal(HttpStatusCode.OK, (await _alice.Call("DELETE", $"/orders/{order["id"]}")).Status);

        Assert.Equal(HttpStatusCode.NotFound, (await _alice.Call("GET", $"/orders/{order["id"]}")).Status);
        await _cluster.Quiet();
        Assert.Equal((7, 0), await _cluster.StockOf("http-fulfilled-deleted"));
    }

    [Theory]
    [InlineData(Parcel, Parcel, HttpStatusCode.OK)]
    [InlineData(Parcel, null, HttpStatusCode.OK)]
    [InlineData(Parcel, WithoutAddress, HttpStatusCode.Conflict)]
    [InlineData(Parcel, """{"carrier":"UPS","number":"JD0146000011","url":"https://parcels.example/JD0146000011"}""", HttpStatusCode.Conflict)]
    [InlineData(WithoutAddress, WithoutAddress, HttpStatusCode.OK)]
    [InlineData(null, null, HttpStatusCode.OK)]
    [InlineData(null, Parcel, HttpStatusCode.Conflict)]
    public async Task A_fulfilled_order_keeps_its_tracking(string? first, string? second, HttpStatusCode expected)
    {
        var order = await Reserved("http-fulfilled-again");
        await Change(_fulfilment, order, Fulfilled(first));

        var (status, answer) = await Change(_fulfilment, order, Fulfilled(second));

        Assert.Equal(expected, status);
        if (expected == HttpStatusCode.Conflict) Assert.Equal("the order is fulfilled already, without this tracking", (string?)answer["detail"]);
        Assert.Equal(first, (await _alice.Call("GET", $"/orders/{order["id"]}")).Body["tracking"]?.ToJsonString());
    }

    public void Dispose()
    {
        _alice.Dispose();
        _payments.Dispose();
        _fulfilment.Dispose();
        _api.Dispose();
    }

    /// <summary>An order of three units of ten.</summary>
    private async Task<JsonObject> Reserved(string product)
    {
        await _cluster.SetStock(product, 10);
        var order = await _alice.Settled(await _alice.Place("alice", (product, 3)));
        Assert.Equal("reserved", (string?)order["status"]);
        return order;
    }

    private static string Fulfilled(string? tracking = null) => tracking is null ? """{"status":"fulfilled"}""" : $$"""{"status":"fulfilled","tracking":{{tracking}}}""";

    private static Task<(HttpStatusCode Status, JsonObject Body)> Change(HttpClient client, JsonObject order, string body) =>
        client.Call("PATCH", $"/orders/{order["id"]}/status", body);

    private static DateTime Time(JsonObject order, string member) => (DateTime)order[member]!;
}
