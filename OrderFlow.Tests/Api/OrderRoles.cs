using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Orders;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>What each role may do with an order of Alice's, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class OrderRoles : IDisposable
{
    private const string Product = "http-roles";

    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly Dictionary<string, HttpClient> _callers;

    public OrderRoles(SharedCluster shared)
    {
        (_cluster, _api) = (shared.Cluster, new(shared.Cluster.Client));
        _callers = new()
        {
            ["owner"] = _api.As(Tokens.Alice),
            ["stranger"] = _api.As(Tokens.Bob),
            ["payments"] = _api.As(Tokens.Payments),
            ["fulfilment"] = _api.As(Tokens.Fulfilment),
            ["admin"] = _api.As(Tokens.Admin),
        };
    }

    public static TheoryData<string> Roles => ["payments", "fulfilment"];

    /// <summary>The order's status, who asks, and the answers to asking for pending, confirmed, fulfilled and cancelled. A 409 is followed by what it allows.</summary>
    public static TheoryData<string, string, string, string, string, string> Changes => new()
    {
        { "pending", "owner", "200", "409 cancelled", "409 cancelled", "200" },
        { "pending", "stranger", "404", "404", "404", "404" },
        { "pending", "payments", "200", "409", "409", "403" },
        { "pending", "fulfilment", "200", "409", "409", "403" },
        { "pending", "admin", "200", "409 cancelled", "409 cancelled", "200" },
        { "reserved", "owner", "409 cancelled", "403", "403", "200" },
        { "reserved", "stranger", "404", "404", "404", "404" },
        { "reserved", "payments", "409 confirmed", "200", "403", "403" },
        { "reserved", "fulfilment", "409 fulfilled", "403", "200", "403" },
        { "reserved", "admin", "409 confirmed fulfilled cancelled", "200", "200", "200" },
        { "confirmed", "owner", "409", "200", "403", "403" },
        { "confirmed", "stranger", "404", "404", "404", "404" },
        { "confirmed", "payments", "409", "200", "403", "403" },
        { "confirmed", "fulfilment", "409 fulfilled", "200", "200", "403" },
        { "confirmed", "admin", "409 fulfilled cancelled", "200", "200", "200" },
        { "fulfilled", "owner", "409", "409", "200", "409" },
        { "fulfilled", "stranger", "404", "404", "404", "404" },
        { "fulfilled", "payments", "409", "409", "200", "409" },
        { "fulfilled", "fulfilment", "409", "409", "200", "409" },
        { "fulfilled", "admin", "409", "409", "200", "409" },
        { "failed", "owner", "403", "409", "409", "409" },
        { "failed", "stranger", "404", "404", "404", "404" },
        { "failed", "payments", "403", "409", "409", "409" },
        { "failed", "fulfilment", "403", "409", "409", "409" },
        { "failed", "admin", "200", "409 pending", "409 pending", "409 pending" },
        { "cancelled", "owner", "409", "409", "409", "200" },
        { "cancelled", "stranger", "404", "404", "404", "404" },
        { "cancelled", "payments", "409", "409", "409", "200" },
        { "cancelled", "fulfilment", "409", "409", "409", "200" },
        { "cancelled", "admin", "409", "409", "409", "200" },
    };

    [Theory, MemberData(nameof(Changes))]
    public async Task A_change_of_status_is_allowed_by_status_and_role(
        string status, string caller, string pending, string confirmed, string fulfilled, string cancelled)
    {
        var reserving = status == "pending" ? _cluster.Faults.Hold("Reserve") : null;
        try
        {
            foreach (var (target, expected) in new[] { ("pending", pending), ("confirmed", confirmed), ("fulfilled", fulfilled), ("cancelled", cancelled) })
            {
                var id = await OrderIn(status);
                var (code, body) = await _callers[caller].Call("PATCH", $"/orders/{id}/status", $$"""{"status":"{{target}}"}""");

                Assert.Equal((target, expected), (target, Describe(code, body)));
                Assert.Equal((target, code == HttpStatusCode.OK ? target : status), (target, code == HttpStatusCode.OK ? (string?)body["status"] : await StatusOf(id)));
            }
        }
        finally
        {
            reserving?.Release();
        }
    }

    [Theory, MemberData(nameof(Roles))]
    public async Task Payments_and_fulfilment_read_all_orders(string role)
    {
        var id = await OrderIn("reserved");

        Assert.Equal(HttpStatusCode.OK, (await _callers[role].Call("GET", $"/orders/{id}")).Status);
        Assert.Contains(id, Ids(await _callers[role].Call("GET", "/orders?limit=100")));
        Assert.Contains(id, Ids(await _callers[role].Call("GET", "/orders?userId=alice&limit=100")));
    }

    [Theory, MemberData(nameof(Roles))]
    public async Task Payments_and_fulfilment_delete_no_others_orders_and_do_nothing_that_is_for_admins(string role)
    {
        var id = await OrderIn("reserved");

        foreach (var (method, address, body) in new[]
        {
            ("DELETE", $"/orders/{id}", null),
            ("PATCH", $"/orders/{id}/status", """{"status":"cancelled","cancelReason":"a mistake"}"""),
            ("POST", "/orders", HttpApi.OrderOf("alice", (Product, 1)).ToJsonString()),
            ("GET", $"/orders/{id}/history", null),
            ("GET", "/orders/events", null),
            ("PUT", $"/inventory/{Product}", """{"availableQuantity":1,"unitPrice":1}"""),
            ("POST", $"/inventory/{Product}/restock", """{"quantity":1}"""),
            ("POST", $"/inventory/{Product}/adjust", """{"delta":1,"reason":"a"}"""),
            ("DELETE", $"/inventory/{Product}", null),
            ("GET", $"/inventory/{Product}/movements", null),
            ("GET", "/notifications/stats", null),
            ("GET", "/notifications/dead-letters", null),
            ("POST", "/notifications/pause", null),
        })
            Assert.Equal((address, HttpStatusCode.Forbidden), (address, (await _callers[role].Call(method, address, body)).Status));
        Assert.Equal("reserved", await StatusOf(id));
    }

    [Fact]
    public async Task Payments_cancel_and_delete_their_own_orders()
    {
        var payments = _callers["payments"];
        await _cluster.SetStock(Product, 1_000_000);
        foreach (var (method, address, body) in new[] { ("PATCH", "/status", """{"status":"cancelled"}"""), ("DELETE", "", null) })
        {
            var id = await payments.Place("till", (Product, 1));
            await payments.Settled(id);
            Assert.Equal(HttpStatusCode.OK, (await payments.Call(method, $"/orders/{id}{address}", body)).Status);
        }
    }

    [Theory]
    [InlineData("pending", "200")]
    [InlineData("reserved", "200")]
    [InlineData("confirmed", "403")]
    [InlineData("fulfilled", "200")]
    [InlineData("failed", "200")]
    [InlineData("cancelled", "200")]
    public async Task An_owner_deletes_an_order_unless_it_is_confirmed_and_an_admin_any(string status, string expected)
    {
        var reserving = status == "pending" ? _cluster.Faults.Hold("Reserve") : null;
        try
        {
            var (mine, any) = (await OrderIn(status), await OrderIn(status));

            Assert.Equal(expected, Describe(await _callers["owner"].Call("DELETE", $"/orders/{mine}")));
            Assert.Equal(expected == "200" ? "404" : "200", Describe(await _callers["owner"].Call("GET", $"/orders/{mine}")));
            Assert.Equal("200", Describe(await _callers["admin"].Call("DELETE", $"/orders/{any}")));
        }
        finally
        {
            reserving?.Release();
        }
    }

    public void Dispose()
    {
        foreach (var caller in _callers.Values) caller.Dispose();
        _api.Dispose();
    }

    /// <summary>An order of Alice's in this status.</summary>
    private async Task<long> OrderIn(string status)
    {
        await _cluster.SetStock(Product, 1_000_000);
        var id = await _cluster.Place((status == "failed" ? "http-roles-nowhere" : Product, 1));
        if (status == "pending") return id;

        await _cluster.Settled(id);
        if (status is "confirmed" or "fulfilled" or "cancelled")
        {
            var changed = await _cluster.Client.GetGrain<IOrderFulfilmentGrain>(id).ChangeStatus(new(OrderStatusNames.FromWireName(status)!.Value, OrderFlowCluster.Admin));
            Assert.Equal(Outcome.Ok, changed.Outcome);
        }

        Assert.Equal(status, await StatusOf(id));
        return id;
    }

    private async Task<string> StatusOf(long id) => (await _cluster.Order(id).Get(OrderFlowCluster.Admin)).Order!.StatusName;

    private static string Describe((HttpStatusCode Status, JsonObject Body) answer) => Describe(answer.Status, answer.Body);

    private static string Describe(HttpStatusCode status, JsonObject body) =>
        string.Join(' ', [$"{(int)status}", .. body["allowed"]?.AsArray().Select(allowed => (string?)allowed) ?? []]);

    private static IEnumerable<long> Ids((HttpStatusCode Status, JsonObject Body) list) => list.Body["items"]!.AsArray().Select(order => (long)order!["id"]!);
}
