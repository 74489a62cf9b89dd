using System.Net;
using OrderFlow.Orders;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

/// <summary>During an update silos of both versions read the same rows. Older ones show a status that they do not know, and leave the order alone.</summary>
public sealed class UnknownStatuses : IAsyncLifetime
{
    private const long OnHold = 9_000_201;
    private const long Pending = 9_000_202;

    private OrderFlowCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await OrderFlowCluster.Start(silos: 1);
        await Execute($$"""
            ALTER TABLE orders DROP CONSTRAINT orders_status_check;
            INSERT INTO stock_items VALUES ('held', 5, 1, 1.00, 1, now());
            INSERT INTO stock_reservations VALUES ('held', {{OnHold}}, 1, 1, 1.00, false, NULL);
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            SELECT id, 'alice', status, '[{"productId": "held", "quantity": 1}]', 1, 1, releasing,
                   jsonb_build_array(jsonb_build_object('status', status, 'version', 3, 'at', '2026-11-22T10:00:00Z')), now() - interval '1 minute', now() - interval '1 minute', 3
            FROM (VALUES ({{OnHold}}, 'on-hold', true), ({{Pending}}, 'pending', false)) AS o (id, status, releasing)
            """);
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task An_order_with_an_unknown_status_is_shown_and_refuses_every_change()
    {
        using var api = new ApiProgram(_cluster.Client);
        using var alice = api.As(Tokens.Alice);
        using var bob = api.As(Tokens.Bob);
        using var admin = api.As(Tokens.Admin);
        const string Reason = "order 9000201 has the status on-hold, which this version does not know";

        var shown = await alice.Call("GET", $"/orders/{OnHold}");
        var list = await alice.Call("GET", "/orders");
        var stranger = await bob.Call("DELETE", $"/orders/{OnHold}");
        using var stream = await EventStreamClient.Connect(alice, $"/orders/{OnHold}/events");

        Assert.Equal((HttpStatusCode.OK, "on-hold"), (shown.Status, (string?)shown.Body["status"]));
        Assert.Contains("on-hold", list.Body["items"]!.AsArray().Select(order => (string?)order!["status"]));
        Assert.Equal(["order 3 on-hold"], await stream.Next(1));
        Assert.Equal(HttpStatusCode.NotFound, stranger.Status);
        foreach (var (method, path, body) in new[]
        {
            ("PATCH", "/status", """{"status":"cancelled"}"""), ("PATCH", "/status", """{"status":"pending"}"""), ("DELETE", "", null),
        })
        {
            var refused = await admin.Call(method, $"/orders/{OnHold}{path}", body);
            Assert.Equal((HttpStatusCode.Conflict, Reason), (refused.Status, (string?)refused.Body["detail"]));
        }

        await AssertUntouched();
        Assert.Empty(api.Errors);
    }

    [Fact]
    public async Task Recovery_leaves_it_alone_and_resumes_the_others()
    {
        Assert.Equal(OrderStatus.Reserved, (await _cluster.Settled(Pending)).Status);
        await _cluster.Order(OnHold).Resume();

        await AssertUntouched();
    }

    [Fact]
    public async Task An_unreadable_reservation_fails_only_its_own_order()
    {
        await Execute($"UPDATE stock_reservations SET unit_price = 'NaN' WHERE order_id = {OnHold}");

        var releases = Enumerable.Range(1, 100).Select(n => _cluster.Stock("held").Release(n == 50 ? OnHold : n, 1)).ToList();
        var error = await Assert.ThrowsAsync<UnreadableRowException>(() => releases[49]);
        await Task.WhenAll(releases.Where(release => release != releases[49]));

        Assert.StartsWith($"Row (held, {OnHold}) of stock_reservations cannot be read: ", error.Message, StringComparison.Ordinal);
    }

    private async Task AssertUntouched()
    {
        Assert.Equal(3, await _cluster.Scalar<long>($"SELECT version FROM orders WHERE id = {OnHold} AND releasing AND status = 'on-hold'"));
        Assert.Equal(1, await _cluster.Scalar<long>($"SELECT count(*) FROM stock_reservations WHERE order_id = {OnHold} AND released_at IS NULL"));
    }

    private async Task Execute(string sql)
    {
        await using var command = _cluster.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
