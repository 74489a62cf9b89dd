using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>End to end: HTTP, two silos, Postgres.</summary>
[Collection(ClusterCollection.Name)]
public sealed class OrdersApi : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _bob;
    private readonly HttpClient _admin;

    public OrdersApi(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        (_alice, _bob, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Bob), _api.As(Tokens.Admin));
    }

    [Fact]
    public async Task An_order_is_reserved_and_the_stock_has_moved()
    {
        await _cluster.SetStock("http-a", 10, 2.50m);
        await _cluster.SetStock("http-b", 10, 0.99m);
        var id = await _alice.Place("alice", ("http-a", 2), ("http-b", 1), ("http-a", 1));

        var order = await _alice.Settled(id);
        Assert.Equal(("reserved", 8.49m), ((string?)order["status"], (decimal)order["totalAmount"]!));
        Assert.Equal(
            """[{"productId":"http-a","quantity":2},{"productId":"http-b","quantity":1},{"productId":"http-a","quantity":1}]""",
            order["items"]!.ToJsonString());
        Assert.False(order.ContainsKey("failReason"));
        Assert.EndsWith("Z", (string)order["createdAt"]!, StringComparison.Ordinal);

        var (_, stock) = await _alice.Call("GET", "/inventory/http-a");
        Assert.Equal((7, 3), ((int)stock["availableQuantity"]!, (int)stock["reservedQuantity"]!));
    }

    [Fact]
    public async Task An_order_for_more_than_is_available_fails_and_says_what_is_insufficient()
    {
        await _cluster.SetStock("http-short", 3);
        var id = await _alice.Place("alice", ("http-short", 5), ("http-unknown", 1));

        var order = await _alice.Settled(id);
        Assert.Equal(("failed", 0m), ((string?)order["status"], (decimal)order["totalAmount"]!));
        Assert.Equal("insufficient stock: http-short wanted 5, available 3; unknown product: http-unknown", (string?)order["failReason"]);
        Assert.Equal((3, 0), await _cluster.StockOf("http-short"));
    }

    [Theory]
    [InlineData("3.00", "reserved")]
    [InlineData("2.99", "failed")]
    public async Task A_total_the_client_agreed_to_must_hold(string agreed, string status)
    {
        await _cluster.SetStock("http-agreed", 100, 1.50m);
        var body = HttpApi.OrderOf("alice", ("http-agreed", 2));
        body["totalAmount"] = JsonNode.Parse(agreed);
        var (created, placed) = await _alice.Call("POST", "/orders", body.ToJsonString());
        Assert.Equal(HttpStatusCode.Created, created);
        Assert.Equal(status, (string?)(await _alice.Settled((long)placed["id"]!))["status"]);
    }

    [Fact]
    public async Task Cancelling_releases_the_stock_and_can_be_repeated()
    {
        await _cluster.SetStock("http-cancel", 5);
        var id = await _alice.Place("alice", ("http-cancel", 5));
        await _alice.Settled(id);

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var (status, order) = await _alice.Call("PATCH", $"/orders/{id}/status", """{"status":"cancelled"}""");
            Assert.Equal((HttpStatusCode.OK, "cancelled"), (status, (string?)order["status"]));
        }

        Assert.Equal((5, 0), await _cluster.StockOf("http-cancel"));
        var (refused, problem) = await _alice.Call("PATCH", $"/orders/{id}/status", """{"status":"reserved"}""");
        Assert.Equal((HttpStatusCode.Conflict, "[]"), (refused, problem["allowed"]!.ToJsonString()));
    }

    [Fact]
    public async Task Deleting_releases_the_stock_and_removes_the_order()
    {
        await _cluster.SetStock("http-delete", 5);
        var id = await _alice.Place("alice", ("http-delete", 5));
        await _alice.Settled(id);

        var (status, body) = await _alice.Call("DELETE", $"/orders/{id}");
        Assert.Equal((HttpStatusCode.OK, "Order deleted"), (status, (string?)body["message"]));
        await Eventually.Get("the stock to be back", () => _cluster.StockOf("http-delete"), stock => stock == (5, 0));
        Assert.Equal(HttpStatusCode.NotFound, (await _alice.Call("GET", $"/orders/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _admin.Call("GET", $"/orders/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _alice.Call("DELETE", $"/orders/{id}")).Status);
    }

    [Fact]
    public async Task Only_an_admin_can_retry_a_failed_order()
    {
        await _cluster.SetStock("http-again", 0);
        var id = await _alice.Place("alice", ("http-again", 1));
        await _alice.Settled(id);

        const string pending = """{"status":"pending"}""";
        Assert.Equal(HttpStatusCode.Forbidden, (await _alice.Call("PATCH", $"/orders/{id}/status", pending)).Status);
        var (conflict, problem) = await _admin.Call("PATCH", $"/orders/{id}/status", """{"status":"cancelled"}""");
        Assert.Equal((HttpStatusCode.Conflict, """["pending"]"""), (conflict, problem["allowed"]!.ToJsonString()));

        await _cluster.SetStock("http-again", 1);
        var (again, order) = await _admin.Call("PATCH", $"/orders/{id}/status", pending);
        Assert.Equal((HttpStatusCode.OK, "pending"), (again, (string?)order["status"]));
        Assert.Equal("reserved", (string?)(await _alice.Settled(id))["status"]);
    }

    [Fact]
    public async Task Nobody_reaches_anothers_order_by_any_method_except_an_admin()
    {
        await _cluster.SetStock("http-mine", 5);
        var id = await _alice.Place("alice", ("http-mine", 1));
        await _alice.Settled(id);

        foreach (var (method, address, body) in new[]
        {
            ("GET", $"/orders/{id}", null),
            ("PATCH", $"/orders/{id}/status", """{"status":"cancelled"}"""),
            ("PATCH", $"/orders/{id}/status", """{"status":"pending"}"""),
            ("PATCH", $"/orders/{id}/status", """{"status":"reserved"}"""),
            ("DELETE", $"/orders/{id}", null),
        })
            Assert.Equal((method, HttpStatusCode.NotFound), (method, (await _bob.Call(method, address, body)).Status));
        Assert.Equal(HttpStatusCode.Forbidden, (await _bob.Call("GET", "/orders?userId=alice")).Status);
        Assert.DoesNotContain(id, Ids((await _bob.Call("GET", "/orders?limit=100")).Body));

        Assert.Equal(HttpStatusCode.OK, (await _admin.Call("GET", $"/orders/{id}")).Status);
        Assert.Contains(id, Ids((await _admin.Call("GET", "/orders?userId=alice&limit=100")).Body));
        Assert.Equal("reserved", (string?)(await _alice.Call("GET", $"/orders/{id}")).Body["status"]);
    }

    [Fact]
    public async Task A_list_has_the_newest_first_in_pages_with_the_exact_total()
    {
        using var lister = _api.As(Tokens.For("lister"));
        await _cluster.SetStock("http-list", 3);
        var placed = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            placed.Add(await lister.Place("lister", ("http-list", 1)));
            await lister.Settled(placed[^1]);
        }

        placed.Reverse();
        foreach (var (query, total, page, limit, ids) in new[]
        {
            ("", 5, 1, 10, placed[..]),
            ("?limit=2", 5, 1, 2, placed[..2]),
            ("?limit=2&page=3", 5, 3, 2, placed[4..]),
            ("?limit=2&page=4", 5, 4, 2, []),
            ("?status=reserved", 3, 1, 10, placed[2..]),
            ("?status=failed&userId=lister", 2, 1, 10, placed[..2]),
            ("?status=cancelled", 0, 1, 10, []),
        })
        {
            var (_, list) = await lister.Call("GET", $"/orders{query}");
            Assert.Equal((query, total, page, limit), (query, (int)list["total"]!, (int)list["page"]!, (int)list["limit"]!));
            Assert.Equal(ids, Ids(list));
        }
    }

    [Fact]
    public async Task A_valid_text_is_accepted()
    {
        const string product = "sku \"1\" – ümläut 🛒 \\ %' <b>";
        var (status, item) = await _admin.Call("PUT", $"/inventory/{Uri.EscapeDataString(product)}", """{"availableQuantity":5,"unitPrice":0}""");
        Assert.Equal((HttpStatusCode.OK, product), (status, (string?)item["productId"]));
        using var user = _api.As(Tokens.For("j.doe+test@example.com 🦊"));
        var order = await user.Settled(await user.Place("j.doe+test@example.com 🦊", (product, 5)));
        Assert.Equal(("reserved", product), ((string?)order["status"], (string?)order["items"]![0]!["productId"]));
        Assert.Equal(5, (int)(await user.Call("GET", $"/inventory/{Uri.EscapeDataString(product)}")).Body["reservedQuantity"]!);
    }

    [Fact]
    public async Task Stock_is_set_and_added_to()
    {
        var (set, item) = await _admin.Call("PUT", "/inventory/http-stock", """{"availableQuantity":100,"unitPrice":9.99}""");
        Assert.Equal((HttpStatusCode.OK, 100, 0, 9.99m), (set, (int)item["availableQuantity"]!, (int)item["reservedQuantity"]!, (decimal)item["unitPrice"]!));
        var (added, more) = await _admin.Call("POST", "/inventory/http-stock/restock", """{"quantity":5}""");
        Assert.Equal((HttpStatusCode.OK, 105), (added, (int)more["availableQuantity"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await _admin.Call("POST", "/inventory/http-nowhere/restock", """{"quantity":5}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _alice.Call("GET", "/inventory/http-nowhere")).Status);

        var (_, full) = await _admin.Call("PUT", "/inventory/http-stock", """{"availableQuantity":1000000000,"unitPrice":1000000.00}""");
        Assert.Equal(1_000_000_000, (int)full["availableQuantity"]!);
        Assert.Equal(HttpStatusCode.Conflict, (await _admin.Call("POST", "/inventory/http-stock/restock", """{"quantity":1}""")).Status);

        var (_, found) = await _alice.Call("GET", "/inventory?q=http-stock");
        Assert.Equal("http-stock", (string?)found["items"]![0]!["productId"]);
        var (_, list) = await _alice.Call("GET", "/inventory?limit=100");
        var products = list["items"]!.AsArray().Select(each => (string)each!["productId"]!).ToArray();
        Assert.Equal(products.Order(StringComparer.Ordinal), products);
        Assert.InRange((int)list["total"]!, products.Length, int.MaxValue);
    }

    [Fact]
    public async Task Dependencies_are_checked_through_the_cluster()
    {
        using var anyone = _api.As(null);
        Assert.Equal(HttpStatusCode.OK, (await anyone.Call("GET", "/health/ready")).Status);
        Assert.Equal(HttpStatusCode.OK, (await anyone.Call("GET", "/inventory/health")).Status);
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private static IEnumerable<long> Ids(JsonObject list) => list["items"]!.AsArray().Select(order => (long)order!["id"]!);
}
