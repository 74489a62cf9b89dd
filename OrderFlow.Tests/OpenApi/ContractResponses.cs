using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Health;
using OrderFlow.Inventory;
using OrderFlow.Notifications;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Bridge;
using OrderFlow.Tests.Fixtures;
using Examples = OrderFlow.Api.OpenApi.Examples;

namespace OrderFlow.Tests.OpenApi;

/// <summary>Provokes every documented status, and checks content type, body and headers against the document.</summary>
[Collection(BridgeCollection.Name)]
public sealed class ContractResponses : IDisposable
{
    /// <summary>Statuses that a healthy system does not give: slow clients, too many requests, errors.</summary>
    private static readonly int[] NotProvoked = [408, 429, 500, 503];

    private readonly OpenApiFile _document = OpenApiFile.Committed;
    private readonly HashSet<(string Operation, int Status)> _seen = [];
    private readonly OrderFlowCluster _cluster;
    private readonly ExternalSystems _external;
    private readonly ApiProgram _api;
    private readonly HttpClient _anyone;
    private readonly HttpClient _alice;
    private readonly HttpClient _admin;

    public ContractResponses(SharedBridge shared)
    {
        (_cluster, _external) = (shared.Cluster, shared.External);
        _api = new(_cluster.Client);
        (_anyone, _alice, _admin) = (_api.As(null), _api.As(Tokens.Alice), _api.As(Tokens.Admin));
    }

    [Fact]
    public async Task Every_documented_response_is_given()
    {
        await WithoutToken();
        await Health();
        await BadBodies();
        await Stock();
        await Orders();
        await Notifications();

        var promised = _document.Operations.SelectMany(operation => operation.Statuses.Except(NotProvoked).Select(status => (operation.Id, status)));
        Assert.Equal(promised.Order(), _seen.Order());
        Assert.Empty(_api.Errors);
    }

    [Theory]
    [InlineData("getReadiness")]
    [InlineData("getInventoryHealth")]
    [InlineData("getNotificationHealth")]
    public async Task An_unavailable_cluster_is_a_503(string operation)
    {
        using var api = new ApiProgram(GivenGrains.Make()
            .Answer<IPingGrain>((_, _) => Task.FromException(new SiloUnavailableException("gone")))
            .Answer<IStockQueryGrain>((_, _) => Task.FromException<Page<StockItem>>(new SiloUnavailableException("gone")))
            .Answer<INotificationQueueGrain>((_, _) => Task.FromException(new SiloUnavailableException("gone"))).Factory);
        using var anyone = api.As(null);

        await Call(anyone, operation, 503);
    }

    [Fact]
    public async Task A_lost_call_is_a_503_with_Retry_After()
    {
        using var api = new ApiProgram(GivenGrains.Make()
            .Answer<INotificationQueueGrain>((_, _) => Task.FromException(new SiloUnavailableException("gone"))).Factory);
        using var admin = api.As(Tokens.Admin);

        using var answer = await Send(admin, _document["pauseNotifications"], "/notifications/pause", body: null);
        await Check(_document["pauseNotifications"], 503, answer);
        Assert.Equal("2", answer.Headers.RetryAfter?.ToString());
    }

    [Fact]
    public async Task An_interrupted_import_is_a_503_with_its_rows()
    {
        using var api = new ApiProgram(GivenGrains.Make().Answer<IStockAdminGrain>((_, _) => Task.FromResult(new StockResult(Outcome.Unsupported))).Factory);
        using var admin = api.As(Tokens.Admin);

        var body = await Call(admin, "importStock", 503, body: """{"items":[{"productId":"described","availableQuantity":1,"unitPrice":1}]}""");
        Assert.Equal("""[{"productId":"described","status":"notImported"}]""", body["items"]!.ToJsonString());
    }

    public void Dispose()
    {
        _external.Sender.Fails = false;
        _anyone.Dispose();
        _alice.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private async Task WithoutToken()
    {
        foreach (var operation in _document.Operations.Where(operation => operation.RequiresToken)) await Call(_anyone, operation.Id, 401);
        foreach (var operation in _document.Operations.Where(operation => operation.RequiresAdmin)) await Call(_alice, operation.Id, 403);
    }

    private async Task Health()
    {
        foreach (var operation in _document.Operations.Where(operation => !operation.RequiresToken)) await Call(_anyone, operation.Id, 200);
    }

    private async Task BadBodies()
    {
        foreach (var operation in _document.Operations.Where(operation => operation.Body is not null))
        {
            await Call(_admin, operation.Id, 400, body: """{"unknown":1}""");
            await Call(_admin, operation.Id, 413, body: new string(' ', operation.Id == "importStock" ? 1_100_000 : 100_000));
            await Call(_admin, operation.Id, 415, body: "quantity=1", type: "application/x-www-form-urlencoded");
        }

        // Some operations do not accept this header, and its value is not valid for the others. A body comes first.
        foreach (var operation in _document.Operations.Where(operation => operation.Body is null || !operation.Accepts("If-Match"))) await Call(_admin, operation.Id, 400, header: ("If-Match", "1"));
        foreach (var list in new[] { "listOrders", "listStock", "listDeadLetters", "listOrderNotifications" }) await Call(_admin, list, 400, query: "?limit=101");
    }

    private async Task Stock()
    {
        await Call(_admin, "setStock", 200, "described", body: """{"availableQuantity":7,"unitPrice":1.50}""");
        await Call(_admin, "restock", 200, "described", body: """{"quantity":1}""");
        await Call(_admin, "restock", 404, "described-nowhere", body: """{"quantity":1}""");
        await Call(_admin, "setStock", 200, "described-full", body: $$"""{"availableQuantity":{{Limits.AvailableQuantity}},"unitPrice":0}""");
        await Call(_admin, "restock", 409, "described-full", body: """{"quantity":1}""");
        await Call(_alice, "getStock", 200, "described");
        await Call(_alice, "getStock", 404, "described-nowhere");
        await Call(_alice, "getStock", 304, "described", header: ("If-None-Match", "*"));
        await Call(_alice, "listStock", 200);
        await Call(_alice, "listStock", 200, query: "?q=described&low=true");

        await Call(_admin, "adjustStock", 200, "described", body: """{"delta":-1,"reason":"broken"}""", header: ("Idempotency-Key", "described"));
        await Call(_admin, "adjustStock", 404, "described-nowhere", body: """{"delta":-1,"reason":"broken"}""");
        await Call(_admin, "adjustStock", 409, "described", body: """{"delta":-1000,"reason":"broken"}""");
        await Call(_admin, "adjustStock", 422, "described", body: """{"delta":-2,"reason":"broken"}""", header: ("Idempotency-Key", "described"));
        await Call(_admin, "restock", 200, "described", body: """{"quantity":1}""", header: ("Idempotency-Key", "described"));
        await Call(_admin, "restock", 422, "described", body: """{"quantity":2}""", header: ("Idempotency-Key", "described"));

        await Call(_admin, "changeStockSettings", 200, "described", body: """{"unitPrice":1.50,"lowStockThreshold":3}""");
        await Call(_admin, "changeStockSettings", 404, "described-nowhere", body: """{"unitPrice":1}""");
        await Call(_admin, "getStockSettings", 200, "described");
        await Call(_admin, "getStockSettings", 304, "described", header: ("If-None-Match", "*"));
        await Call(_admin, "getStockSettings", 404, "described-nowhere");
        await Stale();

        await Call(_admin, "listStockMovements", 200, "described");
        await Call(_admin, "listStockMovements", 404, "described-nowhere");
        await Call(_admin, "archiveProduct", 200, "described-full");
        await Call(_admin, "archiveProduct", 404, "described-full");
        await Call(_admin, "archiveProduct", 409, await ReservedProduct());

        const string rows = """{"items":[{"productId":"described-full","availableQuantity":1,"unitPrice":1}]}""";
        await Call(_admin, "importStock", 200, body: rows, header: ("Idempotency-Key", "described"));
        await Call(_admin, "importStock", 422, body: rows.Replace("-full", "", StringComparison.Ordinal), header: ("Idempotency-Key", "described"));
        await Call(_admin, "importStock", 200, body: Examples.Csv, type: "text/csv");
    }

    private async Task Stale()
    {
        var stale = ("If-Match", "\"0\"");
        await Call(_alice, "getStock", 412, "described", header: stale);
        await Call(_admin, "setStock", 412, "described", body: """{"availableQuantity":1,"unitPrice":1}""", header: stale);
        await Call(_admin, "restock", 412, "described", body: """{"quantity":1}""", header: stale);
        await Call(_admin, "adjustStock", 412, "described", body: """{"delta":-1,"reason":"broken"}""", header: stale);
        await Call(_admin, "getStockSettings", 412, "described", header: stale);
        await Call(_admin, "changeStockSettings", 412, "described", body: """{"unitPrice":1}""", header: stale);
        await Call(_admin, "archiveProduct", 412, "described", header: stale);
    }

    private async Task<string> ReservedProduct()
    {
        await _cluster.SetStock("described-reserved", 1);
        await Placed("described-reserved");
        return "described-reserved";
    }

    private async Task Orders()
    {
        await Call(_alice, "placeOrder", 403, body: """{"userId":"bob","items":[{"productId":"described","quantity":1}]}""");
        await Call(_alice, "listOrders", 403, query: "?userId=bob");
        await Call(_alice, "getOrder", 404, long.MaxValue);
        await Call(_alice, "deleteOrder", 404, long.MaxValue);
        await Call(_alice, "changeOrderStatus", 404, long.MaxValue, body: """{"status":"cancelled"}""");

        var failed = await Placed("described-nowhere");
        await Call(_alice, "getOrder", 200, failed);
        await Call(_alice, "getOrder", 304, failed, header: ("If-None-Match", "*"));
        await Call(_alice, "getOrder", 412, failed, header: ("If-Match", "\"1\""));
        await Call(_alice, "changeOrderStatus", 403, failed, body: """{"status":"pending"}""");
        await Call(_alice, "changeOrderStatus", 409, failed, body: """{"status":"cancelled"}""");
        await Call(_admin, "changeOrderStatus", 200, failed, body: """{"status":"pending"}""");
        await _alice.Settled(failed);
        await Call(_alice, "listOrders", 200, query: "?status=failed&limit=100");
        await Call(_admin, "getOrderHistory", 200, failed);
        await Call(_admin, "getOrderHistory", 404, long.MaxValue);
        await EndsOfReservedOrders();
        await Call(_alice, "followOrder", 200, failed);
        await Call(_alice, "followOrder", 404, long.MaxValue);
        await Call(_alice, "followOrder", 400, failed, header: ("Last-Event-ID", "none"));
        var followed = Call(_admin, "followOrders", 200);
        while (!followed.IsCompleted) await Placed("described-nowhere");   // changes before the stream started are not sent
        await followed;
        await Call(_alice, "changeOrderStatus", 412, failed, body: """{"status":"cancelled"}""", header: ("If-Match", "\"1\""));
        await Call(_alice, "deleteOrder", 412, failed, header: ("If-Match", "\"1\""));
        await Call(_alice, "deleteOrder", 400, failed, header: ("If-Match", "1"));
        await Call(_alice, "deleteOrder", 200, failed);
        await Call(_alice, "deleteOrder", 409, await OfANewerVersion());

        var key = ("Idempotency-Key", $"{Guid.NewGuid()}");
        await Call(_alice, "placeOrder", 201, body: """{"userId":"alice","items":[{"productId":"described-nowhere","quantity":1}]}""", header: key);
        var contact = await Call(
            _admin, "placeOrder", 201, body: """{"userId":"described/user","items":[{"productId":"described-nowhere","quantity":1}],"contact":{"email":"a@mail.example","locale":"de"}}""");
        Assert.Equal("a@mail.example", (string?)contact["contact"]!["email"]);
        await Call(_admin, "removeCustomerContact", 200, "described/user");
        await Call(_alice, "placeOrder", 422, body: """{"userId":"alice","items":[{"productId":"described-nowhere","quantity":2}]}""", header: key);
    }

    /// <summary>Orders that show when they expire, their parcel, or why they are cancelled.</summary>
    private async Task EndsOfReservedOrders()
    {
        foreach (var change in new[]
        {
            """{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1","url":"https://parcels.example/1"}}""",
            """{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1"}}""",
            """{"status":"cancelled","cancelReason":"a mistake"}""",
        })
        {
            var order = await Call(_alice, "placeOrder", 201, body: """{"userId":"alice","items":[{"productId":"described","quantity":1}],"reserveFor":"PT15M"}""");
            var id = (long)order["id"]!;
            await _alice.Settled(id);
            Assert.True((await Call(_alice, "getOrder", 200, id)).ContainsKey("expiresAt"));
            await Call(_admin, "changeOrderStatus", 200, id, body: """{"status":"confirmed"}""");
            await Call(_alice, "deleteOrder", 403, id);
            await Call(_admin, "changeOrderStatus", 200, id, body: change);
            await Call(_alice, "getOrder", 200, id);
            await Call(_admin, "getOrderHistory", 200, id);
        }
    }

    /// <summary>An order with a status that only a newer version knows.</summary>
    private async Task<long> OfANewerVersion()
    {
        var id = await _cluster.NextId();
        await using var command = _cluster.Database.CreateCommand($"""
            ALTER TABLE orders DROP CONSTRAINT IF EXISTS orders_status_check;
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
            VALUES ({id}, 'alice', 'on-hold', '[]', 0, 1, false, '[]', now(), now(), 1)
            """);
        await command.ExecuteNonQueryAsync();
        return id;
    }

    private async Task Notifications()
    {
        _external.Sender.Fails = true;
        var dead = new[] { await Placed("described"), await Placed("described") };
        foreach (var id in dead) await Told(id, "dead");
        _external.Sender.Fails = false;

        foreach (var operation in new[] { "replayDeadLetters", "purgeDeadLetters" }) await Call(_admin, operation, 200, body: """{"reason":"nobody's"}""");
        await Call(_admin, "listDeadLetters", 200, query: "?limit=100");
        await Call(_admin, "replayDeadLetter", 200, $"{dead[0]}-2");
        await Told(dead[0], "sent");
        await Call(_admin, "deleteDeadLetter", 200, $"{dead[1]}-2");
        await Call(_admin, "replayDeadLetter", 404, "nonsense");
        await Call(_admin, "deleteDeadLetter", 404, "nonsense");
        await Call(_alice, "listOrderNotifications", 200, dead[0]);
        await Call(_alice, "listOrderNotifications", 404, long.MaxValue);

        await Call(_admin, "pauseNotifications", 200);
        await Call(_admin, "resumeNotifications", 200);
        await Call(_admin, "getNotificationStats", 200);
    }

    private async Task<long> Placed(string product)
    {
        var order = await Call(_alice, "placeOrder", 201, body: $$"""{"userId":"alice","items":[{"productId":"{{product}}","quantity":1}]}""");
        await _alice.Settled((long)order["id"]!);
        return (long)order["id"]!;
    }

    private Task Told(long orderId, string state) => Eventually.Get(
        $"the notification of order {orderId} to be {state}",
        () => _alice.Call("GET", $"/orders/{orderId}/notifications"),
        answer => (string?)answer.Body["items"]?.AsArray().SingleOrDefault()?["state"] == state);

    /// <summary>Calls an operation with this path parameter or the document's example, and checks the response.</summary>
    private async Task<JsonObject> Call(
        HttpClient client, string id, int status, object? parameter = null, string query = "", string? body = null, string type = "application/json",
        (string Name, string Value)? header = null)
    {
        var operation = _document[id];
        var path = operation.Path;
        foreach (var each in operation.Parameters.Where(each => (string?)each["in"] == "path"))
        {
            var value = Convert.ToString(parameter ?? each["example"]!.ToString(), CultureInfo.InvariantCulture)!;
            path = path.Replace($"{{{each["name"]}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
        }

        using var answer = await Send(client, operation, path + query, body, type, header);
        return await Check(operation, status, answer);
    }

    private static async Task<HttpResponseMessage> Send(HttpClient client, Operation operation, string address, string? body, string type = "application/json",
        (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), new Uri(address, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        if (header is { } sent) Assert.True(request.Headers.TryAddWithoutValidation(sent.Name, sent.Value));
        return await client.SendAsync(request, operation.IsStream ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead);
    }

    private async Task<JsonObject> Check(Operation operation, int status, HttpResponseMessage answer)
    {
        Assert.Equal((operation.Id, status), (operation.Id, (int)answer.StatusCode));
        _seen.Add((operation.Id, status));

        var promised = _document.Answer(operation, status);
        foreach (var (name, header) in promised["headers"]?.AsObject() ?? new JsonObject())
            if ((bool?)header!["required"] == true) Assert.True(answer.Headers.Contains(name), $"{operation.Id} {status} has no {name}");
        if (status == 304) return [];

        var (type, content) = promised["content"]!.AsObject().Single();
        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
        var body = type == "text/event-stream" ? (await EventStreamClient.FirstOf(answer)).Data : JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        Assert.Equal("", _document.Objections(content!["schema"]!, body, closed: true));
        return body;
    }
}
