using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Notifications;
using OrderFlow.Tests.Bridge;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>End to end: an order over HTTP, Kafka, Redis, a worker, and its notifications over HTTP.</summary>
[Collection(BridgeCollection.Name)]
public sealed class NotificationsApi : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ExternalSystems _external;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _bob;
    private readonly HttpClient _admin;

    public NotificationsApi(SharedBridge shared)
    {
        (_cluster, _external) = (shared.Cluster, shared.External);
        _api = new(_cluster.Client);
        (_alice, _bob, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Bob), _api.As(Tokens.Admin));
    }

    [Fact]
    public async Task The_owner_sees_what_was_sent_and_nobody_else_but_admins()
    {
        var id = await Reserved("http-told");

        var list = await Notifications(id, "sent");
        Assert.Equal((1, 1, 10), ((int)list["total"]!, (int)list["page"]!, (int)list["limit"]!));
        var told = Assert.Single(list["items"]!.AsArray())!;
        Assert.Equal(
            ($"{id}-2", "order.reserved", $"Your order {id} is reserved. Total: 1.00.", 1),
            ((string?)told["jobId"], (string?)told["eventType"], (string?)told["message"], (int)told["attempts"]!));
        Assert.EndsWith("Z", (string)told["updatedAt"]!, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NotFound, (await _bob.Call("GET", $"/orders/{id}/notifications")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _admin.Call("GET", $"/orders/{id}/notifications?page=2&limit=5")).Status);
        Assert.Equal("limit", Problem.Paths((await _alice.Call("GET", $"/orders/{id}/notifications?limit=101")).Body));
        await _alice.Call("DELETE", $"/orders/{id}");
        Assert.Equal(HttpStatusCode.NotFound, (await _alice.Call("GET", $"/orders/{id}/notifications")).Status);
    }

    [Fact]
    public async Task A_permanently_failing_notification_is_a_dead_letter_that_can_be_replayed_or_purged()
    {
        var before = (int)(await Stats())["deadLettered"]!;
        _external.Sender.Fails = true;
        var (replayed, purged) = (await Reserved("http-dead-a"), await Reserved("http-dead-b"));
        await Notifications(replayed, "dead");
        Assert.Equal(3, (int)(await Notifications(purged, "dead"))["items"]![0]!["attempts"]!);
        _external.Sender.Fails = false;

        var letters = (await _admin.Call("GET", "/notifications/dead-letters?limit=100")).Body["items"]!.AsArray();
        var letter = Assert.Single(letters, each => (string?)each!["jobId"] == $"{replayed}-2")!;
        Assert.Equal(
            (replayed, "alice", "order.reserved", 3, "the sender was told to fail"),
            ((long)letter["orderId"]!, (string?)letter["userId"], (string?)letter["eventType"], (int)letter["attempts"]!, (string?)letter["reason"]));
        Assert.Equal(2, (int)(await Stats())["deadLettered"]! - before);

        Assert.Equal(HttpStatusCode.OK, (await _admin.Call("POST", $"/notifications/dead-letters/{replayed}-2/replay")).Status);
        await Notifications(replayed, "sent");
        Assert.Equal(HttpStatusCode.OK, (await _admin.Call("DELETE", $"/notifications/dead-letters/{purged}-2")).Status);
        Assert.Empty((await _alice.Call("GET", $"/orders/{purged}/notifications")).Body["items"]!.AsArray());

        Assert.Equal(HttpStatusCode.NotFound, (await _admin.Call("POST", $"/notifications/dead-letters/{purged}-2/replay")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _admin.Call("DELETE", "/notifications/dead-letters/nonsense")).Status);
    }

    [Fact]
    public async Task A_replay_with_a_key_is_carried_out_once_even_if_the_notification_is_dead_again()
    {
        _external.Sender.Fails = true;
        var id = await Reserved("http-dead-keyed");
        await Notifications(id, "dead");
        var address = $"/notifications/dead-letters/{id}-2/replay";
        Assert.Equal(HttpStatusCode.NotFound, (await _admin.Ask("POST", $"/notifications/dead-letters/{id}-9/replay", body: null, ("Idempotency-Key", "the-key"))).Status);

        var first = await _admin.Ask("POST", address, body: null, ("Idempotency-Key", "the-key"));
        Assert.Equal((HttpStatusCode.OK, false), (first.Status, first.IsReplay));
        await Notifications(id, "dead");
        _external.Sender.Fails = false;

        var again = await _admin.Ask("POST", address, body: null, ("Idempotency-Key", "the-key"));
        Assert.Equal((HttpStatusCode.OK, first.Body.ToJsonString(), true), (again.Status, again.Body.ToJsonString(), again.IsReplay));
        await Notifications(id, "dead");

        var next = await _admin.Ask("POST", address, body: null, ("Idempotency-Key", "another-key"));
        Assert.Equal((HttpStatusCode.OK, false), (next.Status, next.IsReplay));
        await Notifications(id, "sent");
    }

    [Fact]
    public async Task Dead_letters_continue_after_a_cursor_while_new_ones_are_added()
    {
        _external.Sender.Fails = true;
        foreach (var product in new[] { "http-old-a", "http-old-b" }) await Notifications(await Reserved(product), "dead");
        var (_, first) = await _admin.Call("GET", "/notifications/dead-letters?limit=1");
        await Notifications(await Reserved("http-new"), "dead");
        _external.Sender.Fails = false;

        var seen = new List<string> { JobId(first) };
        for (var page = first; page["nextCursor"] is { } cursor && seen.Count < 100;)
        {
            page = (await _admin.Call("GET", $"/notifications/dead-letters?limit=1&cursor={cursor}")).Body;
            Assert.Null(page["page"]);
            if (page["items"]!.AsArray().Count > 0) seen.Add(JobId(page));
        }

        Assert.Equal((int)first["total"]!, seen.Distinct().Count());
        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal("cursor", Problem.Paths((await _admin.Call("GET", "/notifications/dead-letters?cursor=nonsense")).Body));
        Assert.Equal("cursor", Problem.Paths((await _admin.Call("GET", "/notifications/dead-letters?cursor=MC0w")).Body));   // 0-0
        Assert.Equal("page", Problem.Paths((await _admin.Call("GET", $"/notifications/dead-letters?page=1&cursor={first["nextCursor"]}")).Body));

        static string JobId(JsonObject page) => (string)page["items"]![0]!["jobId"]!;
    }

    [Fact]
    public async Task An_orders_notifications_continue_after_a_cursor_while_events_are_added()
    {
        var id = await Reserved("http-cursor");
        await Notifications(id, "sent");
        foreach (var version in new[] { 3, 4, 10 }) await Notify(id, version);
        var (_, first) = await _alice.Call("GET", $"/orders/{id}/notifications?limit=2");
        Assert.Equal([$"{id}-2", $"{id}-3"], JobIds(first));
        await Notify(id, 11);

        var (_, second) = await _alice.Call("GET", $"/orders/{id}/notifications?limit=2&cursor={first["nextCursor"]}");
        Assert.Equal([$"{id}-4", $"{id}-10"], JobIds(second));
        Assert.Equal((false, 5), (second.ContainsKey("page"), (int)second["total"]!));
        var (_, third) = await _alice.Call("GET", $"/orders/{id}/notifications?limit=2&cursor={second["nextCursor"]}");
        Assert.Equal([$"{id}-11"], JobIds(third));
        Assert.False(third.ContainsKey("nextCursor"));

        var ofAnother = Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{id + 1}-2"));
        foreach (var cursor in new[] { "", "!", "nonsense", ofAnother })
            Assert.Equal((cursor, "cursor"), (cursor, Problem.Paths((await _alice.Call("GET", $"/orders/{id}/notifications?cursor={cursor}")).Body)));
        Assert.Equal("page", Problem.Paths((await _alice.Call("GET", $"/orders/{id}/notifications?page=1&cursor={first["nextCursor"]}")).Body));
        Assert.Equal(HttpStatusCode.NotFound, (await _bob.Call("GET", $"/orders/{id}/notifications?cursor={first["nextCursor"]}")).Status);

        static string[] JobIds(JsonObject page) => [.. page["items"]!.AsArray().Select(item => (string)item!["jobId"]!)];
    }

    [Fact]
    public async Task Dead_letters_are_replayed_and_purged_by_a_filter()
    {
        _external.Sender.Fails = true;
        var (replayed, purged) = (await Reserved("http-matching-a"), await Reserved("http-matching-b"));
        await Notifications(replayed, "dead");
        await Notifications(purged, "dead");
        _external.Sender.Fails = false;

        const string Filter = """{"reason":"told to fail","eventType":"order.reserved"}""";
        Assert.Equal((0, true), Moved(await _admin.Call("POST", "/notifications/dead-letters/replay", """{"reason":"TOLD TO FAIL"}""")));
        var letters = (await _admin.Call("GET", "/notifications/dead-letters?limit=100")).Body["items"]!.AsArray();
        var matching = letters.Count(letter => (string)letter!["eventType"]! == "order.reserved" && ((string)letter["reason"]!).Contains("told to fail", StringComparison.Ordinal));
        Assert.Equal((matching, true), Moved(await _admin.Call("POST", "/notifications/dead-letters/replay", Filter)));
        await Notifications(replayed, "sent");
        await Notifications(purged, "sent");

        _external.Sender.Fails = true;
        var third = await Reserved("http-matching-c");
        await Notifications(third, "dead");
        _external.Sender.Fails = false;
        Assert.Equal((0, true), Moved(await _admin.Call("POST", "/notifications/dead-letters/purge", """{"before":"2026-01-01T00:00:00Z"}""")));
        Assert.Equal((1, true), Moved(await _admin.Call("POST", "/notifications/dead-letters/purge", Filter)));
        Assert.Empty((await _alice.Call("GET", $"/orders/{third}/notifications")).Body["items"]!.AsArray());

        static (int Count, bool IsComplete) Moved((HttpStatusCode Status, JsonObject Body) answer)
        {
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            return ((int)answer.Body["count"]!, (bool)answer.Body["isComplete"]!);
        }
    }

    [Theory]
    [InlineData("{}", "$")]
    [InlineData("""{"reason":null}""", "$")]
    [InlineData("""{"reason":""}""", "reason")]
    [InlineData("""{"eventType":"order.sold"}""", "eventType")]
    [InlineData("""{"eventType":"stock.low"}""", "eventType")]
    [InlineData("""{"before":"yesterday"}""", "before")]
    [InlineData("""{"reason":7}""", "reason")]
    [InlineData("""{"reasons":"all"}""", "reasons")]
    public async Task A_filter_that_is_not_valid_moves_nothing(string body, string path)
    {
        foreach (var action in new[] { "replay", "purge" })
        {
            var (status, problem) = await _admin.Call("POST", $"/notifications/dead-letters/{action}", body);
            Assert.Equal((HttpStatusCode.BadRequest, path), (status, Problem.Paths(problem)));
        }
    }

    [Fact]
    public async Task While_the_queue_is_paused_notifications_wait()
    {
        Assert.True((bool)(await _admin.Call("POST", "/notifications/pause")).Body["paused"]!);
        var id = await Reserved("http-paused");
        await Notifications(id, "waiting");

        Assert.False((bool)(await _admin.Call("POST", "/notifications/resume")).Body["paused"]!);
        await Notifications(id, "sent");
    }

    [Theory]
    [InlineData("GET", "/notifications/stats")]
    [InlineData("POST", "/notifications/pause")]
    [InlineData("POST", "/notifications/resume")]
    [InlineData("GET", "/notifications/dead-letters")]
    [InlineData("POST", "/notifications/dead-letters/1-2/replay")]
    [InlineData("POST", "/notifications/dead-letters/replay")]
    [InlineData("POST", "/notifications/dead-letters/purge")]
    [InlineData("DELETE", "/notifications/dead-letters/1-2")]
    public async Task The_queue_is_for_admins_only(string method, string address)
    {
        using var anyone = _api.As(null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await anyone.Call(method, address)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _alice.Call(method, address)).Status);
    }

    [Fact]
    public async Task The_health_of_the_queue_needs_no_token()
    {
        using var anyone = _api.As(null);
        Assert.Equal((HttpStatusCode.OK, "ok"), await Health(anyone));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private static async Task<(HttpStatusCode Status, string? Says)> Health(HttpClient client)
    {
        var (status, body) = await client.Call("GET", "/notifications/health");
        return (status, (string?)body["status"]);
    }

    private async Task<long> Reserved(string product)
    {
        await _cluster.SetStock(product, 1);
        var id = await _alice.Place("alice", (product, 1));
        await _alice.Settled(id);
        return id;
    }

    /// <summary>Enqueues the notification of one more event of the order.</summary>
    private Task Notify(long id, int version) => _cluster.Client.GetGrain<INotificationGrain>(0).Notify(
        new OrderNotice($"{id}-{version}", "order.reserved", id, "alice", 1.00m, Reason: null));

    private async Task<JsonObject> Stats() => (await _admin.Call("GET", "/notifications/stats")).Body;

    private async Task<JsonObject> Notifications(long orderId, string state) => (await Eventually.Get(
        $"the notification of order {orderId} to be {state}",
        () => _alice.Call("GET", $"/orders/{orderId}/notifications"),
        answer => (string?)answer.Body["items"]?.AsArray().SingleOrDefault()?["state"] == state)).Body;
}
