using System.Net;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Adjusting and restocking, with and without <c>Idempotency-Key</c>, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StockCorrections : IDisposable
{
    private const string OneLess = """{"delta":-1,"reason":"one was broken"}""";

    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _admin;
    private readonly string _product = $"corrected-{Guid.NewGuid():N}";

    public StockCorrections(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        (_alice, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Admin));
    }

    public static TheoryData<string, string> BadCorrections => new()
    {
        { "{}", "delta reason" },
        { """{"delta":null,"reason":null}""", "delta reason" },
        { """{"delta":0,"reason":"a"}""", "delta" },
        { """{"delta":-0.0,"reason":"a"}""", "delta" },
        { """{"delta":1.5,"reason":"a"}""", "delta" },
        { """{"delta":"1","reason":"a"}""", "delta" },
        { """{"delta":1000000001,"reason":"a"}""", "delta" },
        { """{"delta":-1000000001,"reason":"a"}""", "delta" },
        { """{"delta":1}""", "reason" },
        { """{"delta":1,"reason":""}""", "reason" },
        { """{"delta":1,"reason":" a"}""", "reason" },
        { """{"delta":1,"reason":"a\u0000b"}""", "reason" },
        { """{"delta":1,"reason":"a\u200bb"}""", "reason" },
        { """{"delta":1,"reason":"a\ud800"}""", "reason" },
        { $$"""{"delta":1,"reason":"{{new string('a', Limits.StockReasonLength + 1)}}"}""", "reason" },
        { """{"delta":1,"reason":"a","note":"b"}""", "note" },
    };

    [Fact]
    public async Task Available_units_are_corrected_up_and_down()
    {
        await _cluster.SetStock(_product, 10);
        await _alice.Settled(await _alice.Place("alice", (_product, 4)));
        Assert.Equal((HttpStatusCode.OK, 5), Units(await Adjust(OneLess)));
        Assert.Equal((HttpStatusCode.OK, 0), Units(await Adjust("""{"delta":-5,"reason":"gone"}""")));
        var reason = string.Concat(Enumerable.Repeat("👩‍🔧", Limits.StockReasonLength / 5));   // a joiner within
        Assert.Equal((HttpStatusCode.OK, 1_000_000_000), Units(await Adjust($$"""{"delta":1000000000,"reason":"{{reason}}"}""")));
        Assert.Equal((1_000_000_000, 4), await _cluster.StockOf(_product));
        Assert.Equal(reason, await _cluster.Scalar<string>($"SELECT reason FROM stock_movements WHERE product_id = '{_product}' ORDER BY version DESC LIMIT 1"));
    }

    [Fact]
    public async Task A_correction_below_zero_or_above_the_limit_is_a_conflict_that_says_what_there_is()
    {
        await _cluster.SetStock(_product, 10);
        var below = await Adjust("""{"delta":-11,"reason":"a"}""");
        Assert.Equal(
            (HttpStatusCode.Conflict, $"{_product} has 10 available units; 11 fewer would be below zero"), (below.Status, (string?)below.Body["detail"]));
        Assert.Equal(HttpStatusCode.Conflict, (await Adjust("""{"delta":1000000000,"reason":"a"}""")).Status);
        Assert.Equal((10, 0), await _cluster.StockOf(_product));
    }

    [Fact]
    public async Task A_product_that_is_not_there_cannot_be_corrected()
    {
        foreach (var path in new[] { _product, "a%2Fb", "%20" })
            Assert.Equal(HttpStatusCode.NotFound, (await _admin.Ask("POST", $"/inventory/{path}/adjust", OneLess)).Status);
    }

    [Theory, MemberData(nameof(BadCorrections))]
    public async Task An_invalid_correction_is_rejected_and_changes_nothing(string body, string paths)
    {
        await _cluster.SetStock(_product, 10);
        var answer = await Adjust(body);
        Assert.Equal((HttpStatusCode.BadRequest, paths), (answer.Status, Problem.Paths(answer.Body)));
        Assert.Equal((10, 0), await _cluster.StockOf(_product));
    }

    [Fact]
    public async Task Of_a_hundred_corrections_by_one_of_fifty_units_fifty_succeed()
    {
        await _cluster.SetStock(_product, 50);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Adjust(OneLess)));
        Assert.Equal(50, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(50, answers.Count(answer => answer.Status == HttpStatusCode.Conflict));
        Assert.Equal((0, 0), await _cluster.StockOf(_product));
    }

    [Theory]
    [InlineData("restock", """{"quantity":5}""", """{ "quantity": 5.0 }""", """{"quantity":6}""", 15)]
    [InlineData("adjust", """{"delta":-5,"reason":"gone"}""", """{"reason":"gone","delta":-5}""", """{"delta":-6,"reason":"gone"}""", 5)]
    [InlineData("adjust", """{"delta":-5,"reason":"gone"}""", """{"delta":-5,"reason":"gone"}""", """{"delta":-5,"reason":"broken"}""", 5)]
    public async Task A_repeat_with_the_key_is_answered_as_the_first_time_and_changes_nothing(string path, string body, string same, string other, int units)
    {
        await _cluster.SetStock(_product, 10);
        var first = await Post(path, body, "the-key");
        Assert.Equal((HttpStatusCode.OK, units, false), (first.Status, (int)first.Body["availableQuantity"]!, first.IsReplay));
        await Adjust(OneLess);
        await _cluster.DeactivateAll();

        var again = await Post(path, same, "the-key");
        Assert.Equal((HttpStatusCode.OK, first.Body.ToJsonString(), first.Tag, true), (again.Status, again.Body.ToJsonString(), again.Tag, again.IsReplay));
        var reused = await Post(path, other, "the-key");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, false), (reused.Status, reused.IsReplay));
        Assert.Equal("This Idempotency-Key was used with another body. A new request needs a new key.", (string?)reused.Body["detail"]);
        Assert.Equal((units - 1, 0), await _cluster.StockOf(_product));
    }

    [Fact]
    public async Task Twenty_requests_with_one_key_at_once_are_one()
    {
        await _cluster.SetStock(_product, 10);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Post("adjust", OneLess, "the-key")));
        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.OK, 9), Units(answer)));
        Assert.Equal(19, answers.Count(answer => answer.IsReplay));
        Assert.Equal((9, 0), await _cluster.StockOf(_product));
    }

    [Fact]
    public async Task A_key_belongs_to_its_user_product_and_operation()
    {
        var other = $"{_product}-2";
        using var another = _api.As(Tokens.For("another", claims => claims["role"] = "admin"));
        foreach (var product in new[] { _product, other }) await _cluster.SetStock(product, 10);
        await Post("restock", """{"quantity":5}""", "the-key");
        foreach (var (client, product, path, body) in new[]
        {
            (_admin, _product, "adjust", """{"delta":5,"reason":"found"}"""), (_admin, other, "restock", """{"quantity":5}"""),
            (another, _product, "restock", """{"quantity":5}"""),
        })
        {
            var answer = await client.Ask("POST", $"/inventory/{product}/{path}", body, ("Idempotency-Key", "the-key"));
            Assert.Equal((HttpStatusCode.OK, false), (answer.Status, answer.IsReplay));
        }

        Assert.Equal((25, 0), await _cluster.StockOf(_product));
        Assert.Equal((15, 0), await _cluster.StockOf(other));
    }

    [Fact]
    public async Task A_refused_request_leaves_its_key_unused()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await Post("adjust", OneLess, "the-key")).Status);
        await _cluster.SetStock(_product, 0);
        Assert.Equal(HttpStatusCode.Conflict, (await Post("adjust", OneLess, "the-key")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Post("adjust", "{}", "the-key")).Status);
        await _cluster.SetStock(_product, 10);
        Assert.Equal((HttpStatusCode.OK, 9), Units(await Post("adjust", OneLess, "the-key")));
    }

    [Fact]
    public async Task A_repeat_is_not_judged_by_its_precondition_again()
    {
        await _cluster.SetStock(_product, 10);
        foreach (var isReplay in new[] { false, true })
        {
            var answer = await _admin.Ask("POST", $"/inventory/{_product}/restock", """{"quantity":5}""", ("Idempotency-Key", "the-key"), ("If-Match", "\"1\""));
            Assert.Equal((HttpStatusCode.OK, "\"2\"", isReplay), (answer.Status, answer.Tag, answer.IsReplay));
        }

        Assert.Equal((15, 0), await _cluster.StockOf(_product));
    }

    [Fact]
    public async Task A_stale_request_leaves_its_key_unused()
    {
        await _cluster.SetStock(_product, 10);
        (string, string)[] headers = [("Idempotency-Key", "the-key"), ("If-Match", "\"2\"")];
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _admin.Ask("POST", $"/inventory/{_product}/adjust", OneLess, headers)).Status);
        await _cluster.SetStock(_product, 10);
        Assert.Equal((HttpStatusCode.OK, 9), Units(await _admin.Ask("POST", $"/inventory/{_product}/adjust", OneLess, headers)));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private static (HttpStatusCode Status, int Available) Units(ApiAnswer answer) => (answer.Status, (int?)answer.Body["availableQuantity"] ?? 0);

    private Task<ApiAnswer> Adjust(string body) => _admin.Ask("POST", $"/inventory/{_product}/adjust", body);

    private Task<ApiAnswer> Post(string path, string body, string key) => _admin.Ask("POST", $"/inventory/{_product}/{path}", body, ("Idempotency-Key", key));
}
