using System.Net;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Low-stock thresholds, archived products and searches of the list of products, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StockCatalogue : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _admin;
    private readonly string _product = $"catalogue-{Guid.NewGuid():N}";

    public StockCatalogue(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        (_alice, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Admin));
    }

    [Fact]
    public async Task Setting_a_product_keeps_its_threshold_and_settings_without_one_remove_it()
    {
        Assert.Equal(5, Threshold(await Set("""{"availableQuantity":10,"unitPrice":1,"lowStockThreshold":5}""")));
        Assert.Equal(5, Threshold(await Set("""{"availableQuantity":20,"unitPrice":1}""")));
        Assert.Equal(5, Threshold(await Set("""{"availableQuantity":20,"unitPrice":1,"lowStockThreshold":null}""")));
        Assert.Equal(0, Threshold(await ChangeSettings("""{"unitPrice":2,"lowStockThreshold":0}""")));
        Assert.Null(Threshold(await ChangeSettings("""{"unitPrice":2}""")));

        var item = await _alice.Ask("GET", $"/inventory/{_product}");
        Assert.Equal((20, 2, false), ((int)item.Body["availableQuantity"]!, (int)item.Body["unitPrice"]!, item.Body.ContainsKey("lowStockThreshold")));
    }

    [Theory]
    [InlineData("{}", "unitPrice")]
    [InlineData("""{"unitPrice":-1,"lowStockThreshold":-1}""", "lowStockThreshold unitPrice")]
    [InlineData("""{"unitPrice":1.001}""", "unitPrice")]
    [InlineData("""{"unitPrice":1,"lowStockThreshold":1.5}""", "lowStockThreshold")]
    [InlineData("""{"unitPrice":1,"lowStockThreshold":1000000001}""", "lowStockThreshold")]
    [InlineData("""{"unitPrice":1,"availableQuantity":1}""", "availableQuantity")]
    public async Task Invalid_settings_are_rejected(string body, string paths)
    {
        await _cluster.SetStock(_product, 10);
        var answer = await ChangeSettings(body);
        Assert.Equal((HttpStatusCode.BadRequest, paths), (answer.Status, Problem.Paths(answer.Body)));
        Assert.Equal("\"1\"", (await _admin.Ask("GET", $"/inventory/{_product}/settings")).Tag);
    }

    [Fact]
    public async Task A_product_that_is_not_there_has_no_settings()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await _admin.Ask("GET", $"/inventory/{_product}/settings")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ChangeSettings("""{"unitPrice":1}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _alice.Ask("GET", $"/inventory/{_product}")).Status);
    }

    [Fact]
    public async Task An_archived_product_is_nowhere_until_it_is_restored()
    {
        await Set("""{"availableQuantity":10,"unitPrice":1.50,"lowStockThreshold":5}""");
        var total = await Total();

        var archived = await Archive();
        Assert.Equal((HttpStatusCode.OK, """{"message":"Product archived"}"""), (archived.Status, archived.Body.ToJsonString()));

        Assert.Equal(total - 1, await Total());
        Assert.Empty(await Ids($"q={_product}"));
        Assert.DoesNotContain(_product, await Ids("low=true&limit=100"));
        foreach (var (method, path, body) in new[]
        {
            ("GET", "", null), ("DELETE", "", null), ("GET", "/settings", null), ("PUT", "/settings", """{"unitPrice":1}"""),
            ("POST", "/restock", """{"quantity":1}"""), ("POST", "/adjust", """{"delta":1,"reason":"found"}"""),
        })
            Assert.Equal((method, path, HttpStatusCode.NotFound), (method, path, (await _admin.Ask(method, $"/inventory/{_product}{path}", body)).Status));
        var order = await _alice.Settled(await _alice.Place("alice", (_product, 1)));
        Assert.Equal(("failed", $"unknown product: {_product}"), ((string?)order["status"], (string?)order["failReason"]));

        var restored = await Set("""{"availableQuantity":3,"unitPrice":2}""");
        Assert.Equal((HttpStatusCode.OK, 3, 5), (restored.Status, (int)restored.Body["availableQuantity"]!, Threshold(restored)));
        Assert.NotEqual("\"1\"", restored.Tag);   // its versions go on
        Assert.Equal(total, await Total());
        Assert.Equal("reserved", (string?)(await _alice.Settled(await _alice.Place("alice", (_product, 1))))["status"]);
    }

    [Fact]
    public async Task A_product_with_reserved_units_cannot_be_archived()
    {
        await _cluster.SetStock(_product, 10);
        var id = await _alice.Place("alice", (_product, 4));
        await _alice.Settled(id);

        var refused = await Archive();
        Assert.Equal((HttpStatusCode.Conflict, $"{_product} has units that are reserved for orders: 4"), (refused.Status, (string?)refused.Body["detail"]));
        Assert.Equal((6, 4), await _cluster.StockOf(_product));

        await _alice.Call("PATCH", $"/orders/{id}/status", """{"status":"cancelled"}""");
        Assert.Equal(HttpStatusCode.OK, (await Archive()).Status);
    }

    [Fact]
    public async Task Products_are_found_by_the_beginning_of_their_id()
    {
        string[] ids = [$"{_product}%", $"{_product}-1", $"{_product}-2", $"{_product}_"];
        foreach (var id in ids) await _cluster.SetStock(id, 1);
        await _cluster.SetStock($"x-{_product}", 1);

        Assert.Equal(ids, await Ids($"q={_product}"));
        Assert.Equal(ids[1..3], await Ids($"q={_product}-"));
        Assert.Equal(ids[..1], await Ids($"q={_product}%25"));
        Assert.Equal(ids[3..], await Ids($"q={_product}_"));
        Assert.Empty(await Ids($"q={_product.ToUpperInvariant()}"));

        var page = (await _alice.Ask("GET", $"/inventory?q={_product}&limit=2")).Body;
        Assert.Equal((ids[1], false, 1), ((string?)page["items"]![1]!["productId"], page.ContainsKey("total"), (int)page["page"]!));
        var next = (await _alice.Ask("GET", $"/inventory?q={_product}&limit=3&cursor={page["nextCursor"]}")).Body;
        Assert.Equal(ids[2..], next["items"]!.AsArray().Select(item => (string?)item!["productId"]));
        Assert.Equal((false, false, false), (next.ContainsKey("total"), next.ContainsKey("page"), next.ContainsKey("nextCursor")));
        Assert.Equal(ids[2..], await Ids($"q={_product}&limit=2&page=2"));
    }

    [Fact]
    public async Task A_search_normalizes_as_ids_are()
    {
        await _admin.Ask("PUT", $"/inventory/{Uri.EscapeDataString($"caf\u00e9{_product}")}", """{"availableQuantity":1,"unitPrice":1}""");
        Assert.Equal([$"caf\u00e9{_product}"], await Ids($"q={Uri.EscapeDataString($"cafe\u0301{_product}")}"));
    }

    [Fact]
    public async Task Low_products_are_listed_in_every_combination()
    {
        foreach (var (suffix, available) in new[] { ("a", 5), ("b", 6), ("c", 4), ("d", 0) })
            await _admin.Ask("PUT", $"/inventory/{_product}-{suffix}", $$"""{"availableQuantity":{{available}},"unitPrice":1,"lowStockThreshold":5}""");
        await _cluster.SetStock($"{_product}-e", 0);   // has no threshold

        Assert.Equal(["-a", "-c", "-d"], Suffixes(await Ids($"q={_product}&low=true")));
        Assert.Equal(["-a", "-b", "-c", "-d", "-e"], Suffixes(await Ids($"q={_product}&low=false")));
        Assert.Contains($"{_product}-a", await Ids("low=true&limit=100"));
        var page = (await _alice.Ask("GET", $"/inventory?q={_product}&low=true&limit=2")).Body;
        Assert.Equal(["-d"], Suffixes(await Ids($"q={_product}&low=true&cursor={page["nextCursor"]}")));

        await _admin.Ask("POST", $"/inventory/{_product}-a/restock", """{"quantity":1}""");
        await _alice.Settled(await _alice.Place("alice", ($"{_product}-b", 1)));
        Assert.Equal(["-b", "-c", "-d"], Suffixes(await Ids($"q={_product}&low=true")));
        Assert.True((await _alice.Ask("GET", "/inventory?low=false")).Body.ContainsKey("total"));
        Assert.False((await _alice.Ask("GET", "/inventory?low=true")).Body.ContainsKey("total"));
    }

    [Theory]
    [InlineData("q=", "q")]
    [InlineData("q=a/b", "q")]
    [InlineData("q=%20a", "q")]
    [InlineData("q=a%01", "q")]
    [InlineData("q=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "q")]
    [InlineData("low=", "low")]
    [InlineData("low=True", "low")]
    [InlineData("low=1&q=&limit=0&cursor=!", "cursor limit low q")]
    public async Task Invalid_filters_are_rejected(string query, string paths)
    {
        var answer = await _alice.Ask("GET", $"/inventory?{query}");
        Assert.Equal((HttpStatusCode.BadRequest, paths), (answer.Status, Problem.Paths(answer.Body)));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private static int? Threshold(ApiAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return (int?)answer.Body["lowStockThreshold"];
    }

    private Task<ApiAnswer> Set(string body) => _admin.Ask("PUT", $"/inventory/{_product}", body);

    private Task<ApiAnswer> ChangeSettings(string body) => _admin.Ask("PUT", $"/inventory/{_product}/settings", body);

    private Task<ApiAnswer> Archive() => _admin.Ask("DELETE", $"/inventory/{_product}");

    private IEnumerable<string> Suffixes(IEnumerable<string> ids) => ids.Select(id => id[_product.Length..]);

    private async Task<long> Total() => (long)(await _alice.Ask("GET", "/inventory")).Body["total"]!;

    private async Task<string[]> Ids(string query)
    {
        var answer = await _alice.Ask("GET", $"/inventory?{query}");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. answer.Body["items"]!.AsArray().Select(item => (string)item!["productId"]!)];
    }
}
