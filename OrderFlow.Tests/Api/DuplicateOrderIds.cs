using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Api;

/// <summary>Orders and keys after the sequence of ids went back, so that ids are allocated twice.</summary>
public sealed class DuplicateOrderIds : IAsyncLifetime
{
    private const string Product = "twice";

    private OrderFlowCluster _cluster = null!;
    private ApiProgram _api = null!;
    private HttpClient _alice = null!;

    public async Task InitializeAsync()
    {
        _cluster = await Start();
        await _cluster.SetStock(Product, 1_000_000);
        _api = new(_cluster.Client);
        _alice = _api.As(Tokens.Alice);
    }

    public async Task DisposeAsync()
    {
        _alice.Dispose();
        await _api.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_sequence_set_back_under_load_costs_no_order_and_no_request()
    {
        const int each = 400;
        await using var another = new ApiProgram(_cluster.Client);
        using var alice = another.As(Tokens.Alice);
        var ids = new List<long>();

        async Task Client(HttpClient client, int number, bool hasKeys)
        {
            for (var n = 0; n < each / 4; n++)
            {
                var (status, id, _) = await Post(hasKeys ? $"key-{number}-{n}" : null, client);
                Assert.Equal(HttpStatusCode.Created, status);
                lock (ids) ids.Add(id);
            }
        }

        async Task SetBack()
        {
            foreach (var placed in new[] { each / 2, each, each * 3 / 2 })
            {
                await Eventually.Get("orders to be placed", () => Task.FromResult(Placed()), count => count >= placed);
                await _cluster.Scalar<long>("SELECT setval('order_ids', greatest(1, last_value - 250)) FROM order_ids");
            }
        }

        int Placed()
        {
            lock (ids) return ids.Count;
        }

        var clients = Enumerable.Range(0, 8).Select(number => Client(number % 2 == 0 ? _alice : alice, number, hasKeys: number < 4));
        await Task.WhenAll([SetBack(), .. clients]);

        Assert.Equal(2 * each, ids.Distinct().Count());
        Assert.Equal(2 * each, await Orders());
        foreach (var number in Enumerable.Range(0, 4))
        {
            var (status, id, isReplay) = await Post($"key-{number}-0");
            Assert.Equal((HttpStatusCode.Created, true, true), (status, isReplay, ids.Contains(id)));
        }
    }

    [Fact]
    public async Task A_sequence_set_back_among_orders_of_version_1_0_0_with_the_same_body_costs_no_request()
    {
        await _cluster.Scalar<long>($$"""
            WITH placed AS (
              INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
              SELECT id, 'alice', 'failed', '[{"productId": "{{Product}}", "quantity": 1}]', 0, 1, false, '[]', now(), now(), 1 FROM generate_series(1, 5000) AS id
              RETURNING id)
            SELECT setval('order_ids', 1, false)
            """);

        var (status, id, _) = await Post(key: null);

        Assert.Equal((HttpStatusCode.Created, true), (status, id > 5000));
    }

    [Fact]
    public async Task A_key_whose_id_belongs_to_another_order_gets_a_free_one_and_keeps_it()
    {
        var taken = await _cluster.Place((Product, 1));
        var keyed = _cluster.Client.GetGrain<IIdempotencyGrain>(0);
        var command = Command(Alice, (Product, 1)) with { RequestId = Guid.NewGuid() };
        await _cluster.Settled(taken);
        Assert.Equal(1, await Change($"UPDATE orders SET request_id = gen_random_uuid() WHERE id = {taken}"));
        await _cluster.DeactivateAll();

        Assert.Equal(Outcome.IdTaken, (await keyed.Place("idem/taken", taken, command)).Result!.Outcome);

        // All know the taken id, and each brings a free one of its own: all get the same one.
        var fresh = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _cluster.NextId()));
        var answers = await Task.WhenAll(fresh.Select(id => keyed.Place("idem/taken", id, command with { RequestId = Guid.NewGuid() })));

        var placed = Assert.Single(answers.Select(answer => answer.Result!.Order!.Id).Distinct());
        Assert.Contains(placed, fresh);
        Assert.Single(answers, answer => answer.Use == KeyUse.First);
        Assert.Equal(2, await Orders());
        Assert.Equal((KeyUse.Repeated, placed), await Again("idem/taken", command));
    }

    [Fact]
    public async Task An_order_and_a_key_of_version_1_0_0_still_belong_together()
    {
        var (_, id, _) = await Post("the-key");
        var body = await KeptBody();
        Assert.Equal(1, await Change($"UPDATE orders SET request_id = NULL WHERE id = {id}"));
        Assert.Equal((HttpStatusCode.Created, id, true), await AfterForgetting("the-key"));

        body.Remove("RequestId");
        Assert.Equal(1, await Change($"UPDATE orleans_grain_state SET payload = convert_to('{body.ToJsonString()}', 'UTF8') WHERE state_name = 'idempotency'"));
        Assert.Equal((HttpStatusCode.Created, id, true), await AfterForgetting("the-key"));
        Assert.Equal(1, await Orders());
        Assert.Equal(id, (long)(await KeptBody())["OrderId"]!);
    }

    [Fact]
    public async Task A_key_of_version_1_0_0_whose_id_belongs_to_another_order_gets_a_free_one()
    {
        var taken = await _cluster.Place((Product, 7));
        var (_, id, _) = await Post("the-key");
        var body = await KeptBody();
        body.Remove("RequestId");
        body["OrderId"] = taken;
        Assert.Equal(1, await Change($"UPDATE orleans_grain_state SET payload = convert_to('{body.ToJsonString()}', 'UTF8') WHERE state_name = 'idempotency'"));

        var (status, other, isReplay) = await Post("the-key");
        Assert.Equal((HttpStatusCode.Created, false), (status, isReplay));
        Assert.DoesNotContain(other, new[] { taken, id });
        Assert.Equal((HttpStatusCode.Created, other, true), await Post("the-key"));
    }

    private async Task<(KeyUse Use, long Id)> Again(string key, PlaceOrder command)
    {
        var answer = await _cluster.Client.GetGrain<IIdempotencyGrain>(1).Place(key, await _cluster.NextId(), command);
        return (answer.Use, answer.Result!.Order!.Id);
    }

    private async Task<(HttpStatusCode Status, long Id, bool IsReplay)> AfterForgetting(string key)
    {
        await _cluster.Quiet();
        await _cluster.DeactivateAll();
        return await Post(key);
    }

    private async Task<JsonObject> KeptBody() => JsonNode.Parse(
        await _cluster.Scalar<string>("SELECT convert_from(payload, 'UTF8') FROM orleans_grain_state WHERE state_name = 'idempotency'"))!.AsObject();

    private Task<long> Change(string update) => _cluster.Scalar<long>($"WITH changed AS ({update} RETURNING 1) SELECT count(*) FROM changed");

    private Task<long> Orders() => _cluster.Scalar<long>("SELECT count(*) FROM orders WHERE user_id = 'alice'");

    private async Task<(HttpStatusCode Status, long Id, bool IsReplay)> Post(string? key, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/orders", UriKind.Relative))
        {
            Content = new StringContent(HttpApi.OrderOf("alice", (Product, 1)).ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var answer = await (client ?? _alice).SendAsync(request);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        return (answer.StatusCode, (long?)body["id"] ?? 0, answer.Headers.Contains("Idempotent-Replayed"));
    }
}
