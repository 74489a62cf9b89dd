using System.Net;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary><c>ETag</c>, <c>If-Match</c> and <c>If-None-Match</c> of stock items and their settings, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StockPreconditions : IDisposable
{
    private const string Ten = """{"availableQuantity":10,"unitPrice":1}""";

    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _admin;
    private readonly string _product = $"tagged-{Guid.NewGuid():N}";

    public StockPreconditions(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        (_alice, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Admin));
    }

    [Fact]
    public async Task Every_answer_with_an_item_has_the_tag_of_its_version_and_each_change_makes_another()
    {
        var tags = new List<string?> { (await Put()).Tag, (await Restock()).Tag, (await Adjust()).Tag };
        Assert.Equal(["\"1\"", "\"2\"", "\"3\""], tags);
        Assert.Equal("\"3\"", (await Get()).Tag);

        await _alice.Settled(await _alice.Place("alice", (_product, 1)));
        Assert.Equal("\"4\"", (await Get()).Tag);
    }

    [Fact]
    public async Task A_read_is_a_304_while_the_item_is_in_the_version_that_the_client_has()
    {
        var tag = (await Put()).Tag!;
        foreach (var known in new[] { tag, $"W/{tag}", "*", $"\"9\", {tag}" })
        {
            var answer = await Get(("If-None-Match", known));
            Assert.Equal((known, HttpStatusCode.NotModified, tag, 0), (known, answer.Status, answer.Tag, answer.Body.Count));
        }

        await Restock();
        Assert.Equal((HttpStatusCode.OK, 11), Units(await Get(("If-None-Match", tag))));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Get(("If-Match", tag))).Status);
        Assert.Equal(HttpStatusCode.OK, (await Get(("If-Match", "*"))).Status);
    }

    [Theory]
    [InlineData("\"1\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("W/\"2\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"02\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"another\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"2\"", HttpStatusCode.OK)]
    [InlineData("\"1\", \"2\"", HttpStatusCode.OK)]
    [InlineData("*", HttpStatusCode.OK)]
    public async Task An_item_is_changed_only_in_a_version_that_the_request_names(string ifMatch, HttpStatusCode expected)
    {
        foreach (var (method, path, body, units) in new[]
        {
            ("PUT", "", """{"availableQuantity":3,"unitPrice":1}""", 3), ("POST", "/restock", """{"quantity":5}""", 16),
            ("POST", "/adjust", """{"delta":-5,"reason":"broken"}""", 6), ("DELETE", "", null, -1),
        })
        {
            var product = $"{_product}{method}{path.Replace('/', '-')}";
            await _cluster.SetStock(product, 10);
            await _admin.Ask("POST", $"/inventory/{product}/restock", """{"quantity":1}""");

            var answer = await _admin.Ask(method, $"/inventory/{product}{path}", body, ("If-Match", ifMatch));

            Assert.Equal((method, path, expected), (method, path, answer.Status));
            var after = expected != HttpStatusCode.OK ? 11 : units;
            Assert.Equal(
                after < 0 ? (HttpStatusCode.NotFound, 0) : (HttpStatusCode.OK, after), Units(await _alice.Ask("GET", $"/inventory/{product}")));
        }
    }

    [Fact]
    public async Task Of_twenty_admins_with_the_same_version_one_succeeds()
    {
        var tag = (await Put()).Tag!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Adjust(("If-Match", tag))));
        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(19, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
        Assert.Equal((9, 0), await _cluster.StockOf(_product));
    }

    [Fact]
    public async Task An_admin_who_has_counted_does_not_overwrite_an_order_that_came_meanwhile()
    {
        var counted = (await Put()).Tag!;
        await _alice.Settled(await _alice.Place("alice", (_product, 4)));

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Put(("If-Match", counted))).Status);
        Assert.Equal((6, 4), await _cluster.StockOf(_product));
    }

    [Fact]
    public async Task Any_version_is_not_none()
    {
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Put(("If-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Put(("If-Match", "\"1\""))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Get()).Status);
        foreach (var answer in new[] { await Restock(("If-Match", "*")), await Adjust(("If-Match", "*")), await Archive(("If-Match", "*")) })
            Assert.Equal(HttpStatusCode.NotFound, answer.Status);

        await Put();
        await Archive();
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Put(("If-Match", "*"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Get()).Status);
    }

    [Fact]
    public async Task A_product_is_only_created_or_restored_where_there_must_be_none()
    {
        Assert.Equal((HttpStatusCode.OK, 10), Units(await Put(("If-None-Match", "*"))));
        await Adjust();
        foreach (var answer in new[] { await Put(("If-None-Match", "*")), await Restock(("If-None-Match", "*")), await Adjust(("If-None-Match", "*")) })
            Assert.Equal(HttpStatusCode.PreconditionFailed, answer.Status);
        Assert.Equal((9, 0), await _cluster.StockOf(_product));

        await Archive();
        var restored = await Put(("If-None-Match", "*"));
        Assert.Equal((HttpStatusCode.OK, 10), Units(restored));
        Assert.Equal("\"4\"", restored.Tag);
    }

    [Fact]
    public async Task Settings_have_a_version_of_their_own_that_orders_do_not_change()
    {
        var item = await Put();
        var settings = await Settings();
        Assert.Equal((HttpStatusCode.OK, "\"1\"", """{"unitPrice":1}"""), (settings.Status, settings.Tag, settings.Body.ToJsonString()));

        await _alice.Settled(await _alice.Place("alice", (_product, 1)));
        Assert.Equal(HttpStatusCode.NotModified, (await Settings(("If-None-Match", settings.Tag!))).Status);
        var changed = await ChangeSettings("""{"unitPrice":2.50,"lowStockThreshold":3}""", ("If-Match", settings.Tag!));
        Assert.Equal((HttpStatusCode.OK, "\"2\"", """{"unitPrice":2.5,"lowStockThreshold":3}"""), (changed.Status, changed.Tag, changed.Body.ToJsonString()));
        Assert.NotEqual(item.Tag, (await Get()).Tag);

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await ChangeSettings("""{"unitPrice":1}""", ("If-Match", settings.Tag!))).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Settings(("If-Match", settings.Tag!))).Status);
        var read = await Settings();
        Assert.Equal((changed.Tag, changed.Body.ToJsonString()), (read.Tag, read.Body.ToJsonString()));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private static (HttpStatusCode Status, int Available) Units(ApiAnswer answer) => (answer.Status, (int?)answer.Body["availableQuantity"] ?? 0);

    private Task<ApiAnswer> Get(params (string, string)[] headers) => _alice.Ask("GET", $"/inventory/{_product}", body: null, headers);

    private Task<ApiAnswer> Put(params (string, string)[] headers) => _admin.Ask("PUT", $"/inventory/{_product}", Ten, headers);

    private Task<ApiAnswer> Restock(params (string, string)[] headers) => _admin.Ask("POST", $"/inventory/{_product}/restock", """{"quantity":1}""", headers);

    private Task<ApiAnswer> Adjust(params (string, string)[] headers) =>
        _admin.Ask("POST", $"/inventory/{_product}/adjust", """{"delta":-1,"reason":"one was broken"}""", headers);

    private Task<ApiAnswer> Archive(params (string, string)[] headers) => _admin.Ask("DELETE", $"/inventory/{_product}", body: null, headers);

    private Task<ApiAnswer> Settings(params (string, string)[] headers) => _admin.Ask("GET", $"/inventory/{_product}/settings", body: null, headers);

    private Task<ApiAnswer> ChangeSettings(string body, params (string, string)[] headers) => _admin.Ask("PUT", $"/inventory/{_product}/settings", body, headers);
}
