using System.Net;
using System.Text;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>How results of grains, and errors found before a grain is called, are answered.</summary>
public sealed class ErrorResponses : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly GivenGrains _grains = GivenGrains.Make();
    private readonly ApiProgram _api;

    public ErrorResponses() => _api = new(_grains.Factory);

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/nope", HttpStatusCode.NotFound)]
    [InlineData("GET", "/orders/abc", HttpStatusCode.NotFound)]
    [InlineData("GET", "/orders/0", HttpStatusCode.NotFound)]
    [InlineData("GET", "/orders/-1", HttpStatusCode.NotFound)]
    [InlineData("GET", "/orders/99999999999999999999", HttpStatusCode.NotFound)]
    [InlineData("GET", "/orders/1/status", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "/orders", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/health", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/inventory/%20", HttpStatusCode.NotFound)]
    [InlineData("GET", "/inventory/a%2Fb", HttpStatusCode.NotFound)]
    [InlineData("GET", "/inventory/a%01b", HttpStatusCode.NotFound)]
    [InlineData("GET", "/inventory/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", HttpStatusCode.NotFound)]
    [InlineData("GET", "/orders?page=0", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/orders?limit=101", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/orders?status=foo", HttpStatusCode.BadRequest)]
    public async Task A_hostile_request_is_answered_with_a_problem_and_reaches_no_grain(string method, string address, HttpStatusCode status)
    {
        using var client = _api.As(Tokens.Alice);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        request.Headers.Accept.ParseAdd("text/html");   // a problem is JSON whatever Accept says
        using var answer = await client.SendAsync(request);
        Assert.Equal((address, status), (address, answer.StatusCode));
        await Problem.In(answer);
        Assert.Empty(_api.Errors);
        if (status == HttpStatusCode.MethodNotAllowed) Assert.NotEmpty(answer.Content.Headers.Allow);
        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("page=0&limit=0", "limit page")]
    [InlineData("page=-1", "page")]
    [InlineData("page=1.0", "page")]
    [InlineData("page=1&page=2", "page")]
    [InlineData("page=", "page")]
    [InlineData("page=2147483648", "page")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=+5", null)]   // a plus is a space here: " 5"
    [InlineData("status=foo", "status")]
    [InlineData("status=", "status")]
    [InlineData("status=Pending", "status")]
    [InlineData("status=0", "status")]
    [InlineData("userId=", "userId")]
    [InlineData("userId=a%00b", "userId")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=!", "cursor")]
    [InlineData("cursor=MS4y.", "cursor")]
    [InlineData("cursor=OTk5OTk5OTk5OTk5OTk5OTk5OS4x", "cursor")]
    [InlineData("cursor=LTEuMQ", "cursor")]
    [InlineData("cursor=MQ", "cursor")]
    [InlineData("page=1&cursor=MS4y", "page")]
    public async Task An_invalid_parameter_of_a_list_is_named(string query, string? paths)
    {
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.GetAsync(new Uri($"/orders?{query}", UriKind.Relative));
        Assert.Equal((query, HttpStatusCode.BadRequest), (query, answer.StatusCode));
        Assert.Equal(paths ?? "limit", Problem.Paths(await Problem.In(answer)));
        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("", null, null, 1, 10)]
    [InlineData("?status=reserved&userId=alice&page=3&limit=100&unknown=1", OrderStatus.Reserved, "alice", 3, 100)]
    public async Task A_list_is_asked_for_and_answered(string query, OrderStatus? status, string? userId, int page, int limit)
    {
        object?[] asked = [];
        _grains.Answer<IOrderQueryGrain>((_, arguments) =>
        {
            asked = arguments;
            return Task.FromResult(new OrderList(Outcome.Ok, new Page<Order>([Failed()], 21, page, limit)));
        });

        using var client = _api.As(Tokens.Alice);
        Assert.Equal(
            $$"""{"items":[{"id":7,"userId":"alice","items":[{"productId":"sku-2","quantity":5}],"status":"failed","totalAmount":0,"createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","failReason":"insufficient stock: sku-2 wanted 5, available 3"}],"total":21,"page":{{page}},"limit":{{limit}}}""",
            await client.GetStringAsync(new Uri($"/orders{query}", UriKind.Relative)));
        Assert.Equal(new OrderQuery(status, userId, page, limit), asked[0]);
        Assert.Equal(new Caller("alice", IsAdmin: false), asked[1]);
    }

    [Fact]
    public async Task A_full_page_has_a_next_cursor_and_a_page_after_a_cursor_has_no_number()
    {
        object?[] asked = [];
        _grains.Answer<IOrderQueryGrain>((_, arguments) =>
        {
            asked = arguments;
            return Task.FromResult(new OrderList(Outcome.Ok, new Page<Order>([Failed()], 21, 1, 1)));
        });

        using var client = _api.As(Tokens.Alice);
        var (_, first) = await client.Call("GET", "/orders?limit=1");
        Assert.Equal(1, (int)first["page"]!);

        var (_, second) = await client.Call("GET", $"/orders?limit=1&cursor={first["nextCursor"]}");
        Assert.Equal(new OrderQuery(null, null, 1, 1, new OrderListPosition(Failed().CreatedAt, 7)), asked[0]);
        Assert.Equal((false, (string?)first["nextCursor"]), (second.ContainsKey("page"), (string?)second["nextCursor"]));
    }

    [Fact]
    public async Task Listing_another_users_orders_is_forbidden()
    {
        _grains.Answer<IOrderQueryGrain>((_, _) => Task.FromResult(new OrderList(Outcome.Forbidden)));
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.GetAsync(new Uri("/orders?userId=bob", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        await Problem.In(answer);
    }

    [Fact]
    public async Task A_change_that_is_not_allowed_lists_those_that_are()
    {
        _grains.Answer<IOrderFulfilmentGrain>((_, _) => Task.FromResult(
            new OrderResult(Outcome.Conflict, Reason: "a failed order cannot be cancelled", AllowedStatuses: [OrderStatus.Pending])));
        using var client = _api.As(Tokens.Admin);
        using var answer = await client.PatchAsync(
            new Uri("/orders/7/status", UriKind.Relative), new StringContent("""{"status":"cancelled"}""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var problem = await Problem.In(answer);
        Assert.Equal("""["pending"]""", problem["allowed"]!.ToJsonString());
        Assert.Equal("a failed order cannot be cancelled", (string?)problem["detail"]);
    }

    [Theory]
    [InlineData(Outcome.NotFound, HttpStatusCode.NotFound)]
    [InlineData(Outcome.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData(Outcome.Conflict, HttpStatusCode.Conflict)]
    public async Task A_rejection_by_the_grain_is_a_problem(Outcome outcome, HttpStatusCode status)
    {
        _grains.Answer<IOrderGrain>((_, _) => Task.FromResult(new OrderResult(outcome, Reason: "because")));
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.DeleteAsync(new Uri("/orders/7", UriKind.Relative));
        Assert.Equal(status, answer.StatusCode);
        await Problem.In(answer);
    }

    [Fact]
    public async Task Deleting_is_confirmed()
    {
        _grains.Answer<IOrderGrain>((_, _) => Task.FromResult(OrderResult.Ok(Failed())));
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.DeleteAsync(new Uri("/orders/7", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"message":"Order deleted"}""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("PUT", "/inventory/sku-1", """{"availableQuantity":1,"unitPrice":1}""")]
    [InlineData("POST", "/inventory/sku-1/restock", """{"quantity":1}""")]
    [InlineData("POST", "/inventory/sku-1/adjust", """{"delta":1,"reason":"a"}""")]
    [InlineData("PUT", "/inventory/sku-1/settings", """{"unitPrice":1}""")]
    [InlineData("GET", "/inventory/sku-1/settings", "")]
    [InlineData("GET", "/inventory/sku-1/movements", "")]
    [InlineData("DELETE", "/inventory/sku-1", "")]
    [InlineData("POST", "/inventory/import", """{"items":[{"productId":"a","availableQuantity":1,"unitPrice":1}]}""")]
    public async Task Stock_is_changed_and_looked_into_by_admins_only(string method, string address, string body)
    {
        using var client = _api.As(Tokens.Alice);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        await Problem.In(answer);
        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("/inventory/health")]
    [InlineData("/inventory/a%2Fb")]
    [InlineData("/inventory/%20a")]
    [InlineData("/inventory/a%01")]
    public async Task A_product_gets_no_id_that_could_not_be_requested(string address)
    {
        using var client = _api.As(Tokens.Admin);
        using var answer = await client.PutAsync(
            new Uri(address, UriKind.Relative), new StringContent("""{"availableQuantity":1,"unitPrice":1}""", Encoding.UTF8, "application/json"));
        Assert.Equal((address, HttpStatusCode.BadRequest), (address, answer.StatusCode));
        Assert.Equal("productId", Problem.Paths(await Problem.In(answer)));
        Assert.Empty(_grains.Asked);
    }

    [Fact]
    public async Task A_NUL_in_a_path_reaches_no_grain()
    {
        var answer = await _api.Send("GET /inventory/a%00b HTTP/1.1", $"Authorization: Bearer {Tokens.Alice}");
        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.Empty(_grains.Asked);
    }

    [Fact]
    public async Task A_stock_item_has_its_JSON_form()
    {
        var item = new StockItem("sku-1", 100, 0, 9.99m, At, Version: 7);
        _grains.Answer<IStockItemGrain>((_, _) => Task.FromResult<StockItem?>(item));
        _grains.Answer<IStockQueryGrain>((_, _) => Task.FromResult(new Page<StockItem>([item], 1, 1, 10)));
        using var client = _api.As(Tokens.Alice);
        const string wire = """{"productId":"sku-1","availableQuantity":100,"reservedQuantity":0,"unitPrice":9.99,"updatedAt":"2026-01-02T03:04:05Z"}""";
        Assert.Equal(wire, await client.GetStringAsync(new Uri("/inventory/sku-1", UriKind.Relative)));
        Assert.Equal($$"""{"items":[{{wire}}],"total":1,"page":1,"limit":10}""", await client.GetStringAsync(new Uri("/inventory", UriKind.Relative)));

        _grains.Answer<IStockItemGrain>((_, _) => Task.FromResult<StockItem?>(item with { LowStockThreshold = 5 }));
        Assert.Equal(wire.Replace("}", ""","lowStockThreshold":5}""", StringComparison.Ordinal), await client.GetStringAsync(new Uri("/inventory/sku-1", UriKind.Relative)));
    }

    [Fact]
    public async Task A_product_that_is_not_there_is_not_found()
    {
        _grains.Answer<IStockItemGrain>((_, _) => Task.FromResult<StockItem?>(null));
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.GetAsync(new Uri("/inventory/sku-9", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        await Problem.In(answer);
    }

    [Fact]
    public async Task An_unexpected_error_is_a_500_without_details()
    {
        _grains.Answer<IOrderGrain>((_, _) => throw new InvalidOperationException("the secret"));
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.GetAsync(new Uri("/orders/7", UriKind.Relative));
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var problem = await Problem.In(answer);
        Assert.DoesNotContain("secret", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal($"GET /orders/7 failed, request {problem["requestId"]}", Assert.Single(_api.Errors));
    }

    public void Dispose() => _api.Dispose();

    private static Order Failed() => new(
        7, "alice", [new("sku-2", 5)], OrderStatus.Failed, 0, At, At, "insufficient stock: sku-2 wanted 5, available 3", Version: 2);
}
