using System.Net;
using OrderFlow.Health;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Live;

namespace OrderFlow.Tests.Api;

/// <summary><c>HEAD</c> wherever <c>GET</c> works: its status and its headers, and no body.</summary>
public sealed class HeadRequests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Headers that differ between requests, or describe how a body is sent.</summary>
    private static readonly string[] OfOneAnswer = ["date", "x-request-id", "transfer-encoding"];

    private readonly GivenGrains _grains = GivenGrains.Make()
        .Answer<IPingGrain>((_, _) => Task.CompletedTask)
        .Answer<IStockQueryGrain>((_, _) => Task.FromResult(new Page<StockItem>([], 0, 1, 10)))
        .Answer<IStockItemGrain>((_, _) => Task.FromResult<StockItem?>(null))
        .Answer<IOrderGrain>((_, _) => Task.FromResult(
            OrderResult.Ok(new(7, "root", [new("sku-1", 1)], OrderStatus.Pending, 0, At, At, FailReason: null, Version: 3))));

    private readonly ApiProgram _api;

    public HeadRequests() => _api = new(_grains.Factory);

    [Theory]
    [InlineData("/health", 200)]
    [InlineData("/health/live", 200)]
    [InlineData("/health/startup", 200)]
    [InlineData("/health/ready", 200)]
    [InlineData("/metrics", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/docs/", 200)]
    [InlineData("/inventory", 200)]
    [InlineData("/inventory/sku-1", 404)]
    [InlineData("/orders/7", 200)]
    [InlineData("/orders?limit=0", 400)]
    [InlineData("/nope", 404)]
    [InlineData("/orders/7/status", 405)]
    public async Task The_answer_is_that_of_GET_without_its_body(string address, int status)
    {
        var (got, body) = await Ask("GET", address);
        var (head, nothing) = await Ask("HEAD", address);
        Assert.Equal((address, $"HTTP/1.1 {status} "), (address, got[0][..13]));
        Assert.NotEqual("", body);
        Assert.Equal("", nothing);
        Assert.Equal(got.Where(IsOfGet), head.Where(IsOfGet));
    }

    [Fact]
    public async Task It_needs_a_token_where_GET_does_counts_as_a_request_and_may_be_read_by_the_same_pages()
    {
        using var api = new ApiProgram(_grains.Factory, ("RateLimit:PerUserPerMinute", "1"), ("Cors:Origins", "https://shop.example"));
        using var anyone = api.As(null);
        using var root = api.As(Tokens.Admin);
        foreach (var (client, status) in new[]
        {
            (anyone, HttpStatusCode.Unauthorized), (root, HttpStatusCode.OK), (root, HttpStatusCode.TooManyRequests),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, new Uri("/orders/7", UriKind.Relative));
            request.Headers.Add("Origin", "https://shop.example");
            using var answer = await client.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal("https://shop.example", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        }
    }

    [Fact]
    public async Task Metrics_count_it_as_what_it_is()
    {
        await Ask("HEAD", "/orders/7");
        var (_, metrics) = await Ask("GET", "/metrics");
        Assert.Contains(metrics.Split('\n'), line => line.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal)
            && line.Contains("http_request_method=\"HEAD\"", StringComparison.Ordinal) && line.Contains("http_route=\"/orders/{id:long:min(1)}\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DELETE", "/health", "GET, HEAD")]
    [InlineData("PUT", "/orders", "GET, HEAD, POST")]
    [InlineData("POST", "/orders/7", "DELETE, GET, HEAD")]
    [InlineData("GET", "/orders/7/status", "PATCH")]
    public async Task A_405_lists_HEAD_wherever_GET_is_supported(string method, string address, string allowed)
    {
        using var admin = _api.As(Tokens.Admin);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        using var answer = await admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_stream_of_events_ends_after_its_headers()
    {
        using var live = new LiveApi();
        var answer = await live.Program.Send("HEAD /orders/events HTTP/1.1", $"Authorization: Bearer {Tokens.Admin}");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: text/event-stream\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        await Eventually.Get("nobody to follow", () => Task.FromResult(live.Readers), readers => readers == 0);
    }

    public void Dispose() => _api.Dispose();

    private static bool IsOfGet(string line) => !OfOneAnswer.Contains(line.Split(':')[0].ToLowerInvariant());

    /// <summary>The status line and headers of a response, and the rest.</summary>
    private async Task<(string[] Head, string Body)> Ask(string method, string address)
    {
        var answer = await _api.Send($"{method} {address} HTTP/1.1", $"Authorization: Bearer {Tokens.Admin}");
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (answer[..end].Split("\r\n"), answer[(end + 4)..]);
    }
}
