using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary><c>GET /inventory/{productId}/movements</c>, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StockMovementLists : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _admin;
    private readonly string _product = $"moved-{Guid.NewGuid():N}";

    public StockMovementLists(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        (_alice, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Admin));
    }

    [Fact]
    public async Task Every_change_is_listed_newest_first_with_who_made_it_and_all_add_up_to_the_stock()
    {
        await Change("PUT", "", """{"availableQuantity":10,"unitPrice":1}""");
        await Change("PUT", "", """{"availableQuantity":12,"unitPrice":1}""");
        await Change("POST", "/restock", """{"quantity":5}""");
        await Change("POST", "/adjust", """{"delta":-2,"reason":"two were broken"}""");
        await Change("PUT", "/settings", """{"unitPrice":2}""");   // changes no count
        var (fulfilled, cancelled) = (await Ordered(3, "fulfilled"), await Ordered(4, "cancelled"));

        var list = await List();

        Assert.Equal(
            [
                $"release 4 -4 {cancelled}", $"reserve -4 4 {cancelled}", $"fulfil 0 -3 {fulfilled}", $"reserve -3 3 {fulfilled}",
                "adjust -2 0 root: two were broken", "restock 5 0 root", "set 2 0 root", "set 10 0 root",
            ],
            Items(list).Select(Describe));
        var stock = await _cluster.StockOf(_product);
        Assert.Equal((12, 0), stock);
        Assert.Equal(stock, (Items(list).Sum(item => (long)item["availableDelta"]!), Items(list).Sum(item => (long)item["reservedDelta"]!)));
        Assert.Equal([9, 8, 7, 6, 4, 3, 2, 1], Items(list).Select(item => (int)item["version"]!));
        Assert.All(Items(list), item => Assert.EndsWith("Z", (string)item["at"]!, StringComparison.Ordinal));
        Assert.Equal((false, false, 10), (list.ContainsKey("total"), list.ContainsKey("page"), (int)list["limit"]!));
    }

    [Fact]
    public async Task Movements_are_filtered_by_kind_and_time_in_every_combination()
    {
        await Change("PUT", "", """{"availableQuantity":10,"unitPrice":1}""");
        await Change("POST", "/restock", """{"quantity":5}""");
        await Ordered(3, "cancelled");
        await Change("POST", "/adjust", """{"delta":-1,"reason":"broken"}""");
        await _cluster.Scalar<long>($"""
            WITH moved AS (UPDATE stock_movements SET occurred_at = '2026-01-01T00:00:00Z'::timestamptz + version * interval '1 hour' WHERE product_id = '{_product}' RETURNING 1)
            SELECT count(*) FROM moved
            """);

        Assert.Equal(["adjust", "restock", "set"], Kinds(await List("?kind=set,adjust,restock")));
        Assert.Equal(["release", "reserve"], Kinds(await List("?kind=reserve,release,fulfil")));
        Assert.Equal(["adjust", "reserve"], Kinds(await List("?kind=reserve,adjust")));
        Assert.Empty(Kinds(await List("?kind=opening")));
        Assert.Equal(["release", "reserve", "restock"], Kinds(await List("?from=2026-01-01T02:00:00Z&to=2026-01-01T05:00:00Z")));
        Assert.Equal(["adjust", "release"], Kinds(await List("?from=2026-01-01T05:00:00%2B01:00")));
        Assert.Equal(["restock"], Kinds(await List("?kind=restock,adjust&to=2026-01-01T05:00:00Z")));
        Assert.Equal(["release"], Kinds(await List("?kind=reserve,release&from=2026-01-01T03:00:00.000001Z")));
    }

    [Fact]
    public async Task Each_movement_is_listed_once_by_cursor_whatever_happens_meanwhile()
    {
        await Change("PUT", "", """{"availableQuantity":10,"unitPrice":1}""");
        for (var i = 0; i < 6; i++) await Change("POST", "/restock", """{"quantity":1}""");

        var seen = new List<int>();
        var query = "?limit=2";
        for (string? cursor = ""; cursor is not null; query = $"?limit=2&cursor={cursor}")
        {
            var page = await List(query);
            Assert.InRange(Items(page).Count(), 0, 2);
            seen.AddRange(Items(page).Select(item => (int)item["version"]!));
            cursor = (string?)page["nextCursor"];
            await Change("POST", "/restock", """{"quantity":1}""");   // newer: before the first page
        }

        Assert.Equal([7, 6, 5, 4, 3, 2, 1], seen);
    }

    [Theory]
    [InlineData("kind=", "kind")]
    [InlineData("kind=set,Adjust", "kind")]
    [InlineData("kind=set,", "kind")]
    [InlineData("kind=deleted", "kind")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z", "to")]
    [InlineData("limit=101", "limit")]
    [InlineData("page=2", "page")]
    [InlineData("cursor=!", "cursor")]
    [InlineData("cursor=c3RvY2s6c2t1LTE", "cursor")]   // of products
    [InlineData("kind=no&from=no&to=no&limit=no&cursor=", "cursor from kind limit to")]
    public async Task Invalid_filters_are_rejected(string query, string paths)
    {
        var answer = await _admin.Ask("GET", $"/inventory/{_product}/movements?{query}");
        Assert.Equal((HttpStatusCode.BadRequest, paths), (answer.Status, Problem.Paths(answer.Body)));
    }

    [Theory]
    [InlineData("movement:1")]
    [InlineData("movement:-1:0")]
    [InlineData("movement:1:9223372036854775807")]
    [InlineData("movement:1:0:0")]
    public async Task A_cursor_for_an_impossible_movement_is_rejected(string place)
    {
        var answer = await _admin.Ask("GET", $"/inventory/{_product}/movements?cursor={Base64Url.EncodeToString(Encoding.UTF8.GetBytes(place))}");
        Assert.Equal((HttpStatusCode.BadRequest, "cursor"), (answer.Status, Problem.Paths(answer.Body)));
    }

    [Fact]
    public async Task A_product_that_never_was_has_no_movements_and_an_archived_one_has()
    {
        foreach (var path in new[] { _product, "a%2Fb", "%20" })
            Assert.Equal(HttpStatusCode.NotFound, (await _admin.Ask("GET", $"/inventory/{path}/movements")).Status);

        await Change("PUT", "", """{"availableQuantity":10,"unitPrice":1}""");
        await Change("DELETE", "", body: null);
        Assert.Equal(["archive -10 0 root", "set 10 0 root"], Items(await List()).Select(Describe));

        await Change("PUT", "", """{"availableQuantity":0,"unitPrice":1}""");   // restored without units
        Assert.Equal(["archive -10 0 root", "set 10 0 root"], Items(await List()).Select(Describe));
    }

    [Fact]
    public async Task Movements_are_for_admins_only()
    {
        await Change("PUT", "", """{"availableQuantity":10,"unitPrice":1}""");
        Assert.Equal(HttpStatusCode.Forbidden, (await _alice.Ask("GET", $"/inventory/{_product}/movements")).Status);
    }

    public void Dispose()
    {
        _alice.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private static IEnumerable<JsonObject> Items(JsonObject page) => page["items"]!.AsArray().Select(item => item!.AsObject());

    private static IEnumerable<string> Kinds(JsonObject page) => Items(page).Select(item => (string)item["kind"]!);

    private static string Describe(JsonObject item) => string.Create(
        CultureInfo.InvariantCulture,
        $"{item["kind"]} {item["availableDelta"]} {item["reservedDelta"]} {item["orderId"] ?? item["actor"]}{(item["reason"] is { } reason ? $": {reason}" : "")}");

    private async Task Change(string method, string path, string? body) =>
        Assert.Equal(HttpStatusCode.OK, (await _admin.Ask(method, $"/inventory/{_product}{path}", body)).Status);

    /// <summary>Places an order, waits until its units are reserved, and then gives it this status.</summary>
    private async Task<long> Ordered(int quantity, string status)
    {
        var id = await _alice.Place("alice", (_product, quantity));
        await _alice.Settled(id);
        Assert.Equal(HttpStatusCode.OK, (await _admin.Call("PATCH", $"/orders/{id}/status", $$"""{"status":"{{status}}"}""")).Status);
        await _cluster.Quiet();
        return id;
    }

    private async Task<JsonObject> List(string query = "")
    {
        var answer = await _admin.Ask("GET", $"/inventory/{_product}/movements{query}");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Body;
    }
}
