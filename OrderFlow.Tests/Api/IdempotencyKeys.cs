using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>The header <c>Idempotency-Key</c>, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class IdempotencyKeys : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly string _user = $"keyed-{Guid.NewGuid():N}";
    private readonly HttpClient _client;

    public IdempotencyKeys(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        _client = _api.As(Tokens.For(_user));
    }

    [Fact]
    public async Task A_hundred_at_once_place_one_order_and_all_get_the_same_answer()
    {
        await _cluster.SetStock("keyed", 1000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Post("the-key", Body("keyed"))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Single(answers.Select(answer => answer.Body.ToJsonString()).Distinct());
        Assert.Single(answers, answer => !answer.IsReplay);
        Assert.Equal(1, await Orders());
    }

    [Fact]
    public async Task Many_keys_at_once_share_a_few_connections()
    {
        await _cluster.SetStock("keyed", 1000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(n => Post($"key-{n}", Body("keyed"))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        var connections = await _cluster.Scalar<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orderflow-silo-providers'");
        Assert.Equal(16, connections);   // a pool keeps the most connections it has opened
    }

    [Fact]
    public async Task The_answer_outlives_every_grain()
    {
        await _cluster.SetStock("keyed", 1000);
        var first = await Post("the-key", Body("keyed"));
        await _client.Settled((long)first.Body["id"]!);
        await _cluster.DeactivateAll();

        var again = await Post("the-key", Body("keyed"));
        Assert.Equal((HttpStatusCode.Created, first.Body.ToJsonString(), first.Location, true), (again.Status, again.Body.ToJsonString(), again.Location, again.IsReplay));
        Assert.Equal(1, await Orders());
    }

    [Fact]
    public async Task The_answer_outlives_the_order()
    {
        await _cluster.SetStock("keyed", 1000);
        var first = await Post("the-key", Body("keyed"));
        await _client.Settled((long)first.Body["id"]!);
        using (var deleted = await _client.DeleteAsync(first.Location)) Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        await _cluster.DeactivateAll();

        var again = await Post("the-key", Body("keyed"));
        Assert.Equal((HttpStatusCode.Created, first.Body.ToJsonString(), true), (again.Status, again.Body.ToJsonString(), again.IsReplay));
        Assert.Equal(1, await _cluster.Scalar<long>($"SELECT count(*) FROM orders WHERE user_id = '{_user}' AND deleted_at IS NOT NULL"));
    }

    [Fact]
    public async Task A_key_that_was_swept_is_new()
    {
        await _cluster.SetStock("keyed", 1000);
        var first = await Post("the-key", Body("keyed"));
        await _cluster.Scalar<long>("WITH swept AS (DELETE FROM orleans_grain_state WHERE state_name = 'idempotency' RETURNING 1) SELECT count(*) FROM swept");

        var next = await Post("the-key", Body("keyed", quantity: 2));
        Assert.Equal((HttpStatusCode.Created, false), (next.Status, next.IsReplay));
        Assert.NotEqual((long)first.Body["id"]!, (long)next.Body["id"]!);
    }

    [Fact]
    public async Task A_key_belongs_to_what_it_was_first_used_for()
    {
        await Post("the-key", Body("keyed"));
        foreach (var other in new[] { Body("keyed", quantity: 2), Body("another"), Body("keyed", total: 5), Body("keyed", reserveFor: "PT5M") })
        {
            var answer = await Post("the-key", other);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, false), (answer.Status, answer.IsReplay));
            Assert.Equal("This Idempotency-Key was used with another body. A new request needs a new key.", (string?)answer.Body["detail"]);
        }

        Assert.Equal(1, await Orders());
    }

    [Fact]
    public async Task A_body_may_be_written_in_another_way()
    {
        var first = await Post("the-key", $$"""{"userId":"{{_user}}","items":[{"productId":"keyed","quantity":1}],"totalAmount":1.5}""");
        var again = await Post("the-key", $$"""{ "totalAmount": 1.50, "items": [{"quantity": 1, "productId": "keyed"}], "userId": "{{_user}}" }""");
        Assert.Equal(((long)first.Body["id"]!, true), ((long)again.Body["id"]!, again.IsReplay));
    }

    [Fact]
    public async Task A_key_belongs_to_how_long_stock_was_to_stay_reserved()
    {
        var first = await Post("the-key", Body("keyed", reserveFor: "PT60M"));
        var again = await Post("the-key", Body("keyed", reserveFor: "PT1H"));
        Assert.Equal(((long)first.Body["id"]!, true), ((long)again.Body["id"]!, again.IsReplay));

        foreach (var other in new[] { Body("keyed", reserveFor: "PT61M"), Body("keyed") })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Post("the-key", other)).Status);
        Assert.Equal(1, await Orders());
    }

    [Fact]
    public async Task Each_user_has_keys_of_their_own()
    {
        var mine = await Post("the-key", Body("keyed"));
        var other = $"keyed-{Guid.NewGuid():N}";
        using var another = _api.As(Tokens.For(other));
        var theirs = await Post("the-key", HttpApi.OrderOf(other, ("keyed", 1)).ToJsonString(), another);
        Assert.Equal((HttpStatusCode.Created, false), (theirs.Status, theirs.IsReplay));
        Assert.NotEqual((long)mine.Body["id"]!, (long)theirs.Body["id"]!);
    }

    [Fact]
    public async Task A_rejected_request_leaves_its_key_unused()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await Post("the-key", Body("keyed", quantity: 0))).Status);
        Assert.Equal(HttpStatusCode.Created, (await Post("the-key", Body("keyed"))).Status);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("5+ext")]
    [InlineData("A1")]
    [InlineData("\"in-quotes\"")]
    [InlineData("0f8fad5bd9cb469fa16570867728950e")]
    public async Task A_key_is_taken_literally(string key)
    {
        var first = await Post(key, Body("keyed"));
        await _cluster.DeactivateAll();
        var again = await Post(key, Body("keyed"));
        Assert.Equal(((long)first.Body["id"]!, true), ((long)again.Body["id"]!, again.IsReplay));
        Assert.Equal((HttpStatusCode.Created, false), ((await Post(key + key, Body("keyed"))).Status, first.IsReplay));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public async Task An_invalid_key_is_rejected_and_nothing_is_placed(string key)
    {
        await AssertRefused(key);
        await AssertRefused(new string('k', 256));
        await AssertRefused("one", "two");
        Assert.Equal(0, await Orders());
    }

    public void Dispose()
    {
        _client.Dispose();
        _api.Dispose();
    }

    private async Task AssertRefused(params string[] keys)
    {
        using var request = Request(Body("keyed"), keys);
        using var answer = await _client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await Problem.In(answer))["errors"]!.AsObject().ContainsKey("Idempotency-Key"));
    }

    private string Body(string product, int quantity = 1, decimal? total = null, string? reserveFor = null)
    {
        var body = HttpApi.OrderOf(_user, (product, quantity));
        body["totalAmount"] = total;
        body["reserveFor"] = reserveFor;
        return body.ToJsonString();
    }

    private async Task<(HttpStatusCode Status, JsonObject Body, Uri? Location, bool IsReplay)> Post(string key, string body, HttpClient? client = null)
    {
        using var request = Request(body, key);
        using var answer = await (client ?? _client).SendAsync(request);
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        var isReplay = answer.Headers.TryGetValues("Idempotent-Replayed", out var replayed) && replayed.Single() == "true";
        return (answer.StatusCode, json, answer.Headers.Location, isReplay);
    }

    private static HttpRequestMessage Request(string body, params string[] keys)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/orders", UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        Assert.True(request.Headers.TryAddWithoutValidation("Idempotency-Key", keys));
        return request;
    }

    private Task<long> Orders() => _cluster.Scalar<long>($"SELECT count(*) FROM orders WHERE user_id = '{_user}'");
}
