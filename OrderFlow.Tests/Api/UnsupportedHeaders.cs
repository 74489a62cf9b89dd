using System.Net;
using System.Text;
using OrderFlow.Inventory;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Headers that make a request conditional or idempotent are honoured or rejected, never ignored.</summary>
public sealed class UnsupportedHeaders : IDisposable
{
    private const string Stock = """{"availableQuantity":1,"unitPrice":1}""";
    private const string Settings = """{"unitPrice":1}""";
    private const string Correction = """{"delta":-1,"reason":"a"}""";
    private const string Import = """{"items":[{"productId":"a","availableQuantity":1,"unitPrice":1}]}""";

    private readonly GivenGrains _grains = GivenGrains.Make();   // has no grains: every call would be a 500
    private readonly ApiProgram _api;

    public UnsupportedHeaders() => _api = new(_grains.Factory);

    [Theory]
    [InlineData("PUT", "/inventory/sku-1", Stock, "If-None-Match", "\"1\"")]
    [InlineData("PUT", "/inventory/sku-1", Stock, "If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("PUT", "/inventory/sku-1", Stock, "Idempotency-Key", "k")]
    [InlineData("PUT", "/inventory/sku-1/settings", Settings, "If-None-Match", "*")]
    [InlineData("PUT", "/inventory/sku-1/settings", Settings, "Idempotency-Key", "k")]
    [InlineData("DELETE", "/inventory/sku-1", null, "If-None-Match", "*")]
    [InlineData("DELETE", "/inventory/sku-1", null, "Idempotency-Key", "k")]
    [InlineData("POST", "/inventory/sku-1/restock", """{"quantity":50}""", "If-None-Match", "\"1\"")]
    [InlineData("POST", "/inventory/sku-1/restock", """{"quantity":50}""", "If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("POST", "/inventory/sku-1/adjust", Correction, "If-None-Match", "\"1\", \"2\"")]
    [InlineData("POST", "/inventory/import", Import, "If-Match", "*")]
    [InlineData("POST", "/inventory/import", Import, "If-None-Match", "*")]
    [InlineData("POST", "/orders", """{"userId":"root","items":[{"productId":"a","quantity":1}]}""", "If-Match", "\"1\"")]
    [InlineData("POST", "/orders", """{"userId":"root","items":[{"productId":"a","quantity":1}]}""", "If-None-Match", "*")]
    [InlineData("PATCH", "/orders/1/status", """{"status":"cancelled"}""", "Idempotency-Key", "k")]
    [InlineData("PATCH", "/orders/1/status", """{"status":"cancelled"}""", "If-None-Match", "\"1\"")]
    [InlineData("DELETE", "/orders/1", null, "If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("DELETE", "/orders/1", null, "Idempotency-Key", "k")]
    [InlineData("POST", "/notifications/pause", null, "Idempotency-Key", "k")]
    [InlineData("POST", "/notifications/resume", null, "If-Match", "*")]
    [InlineData("POST", "/notifications/dead-letters/1-2/replay", null, "If-Match", "*")]
    [InlineData("DELETE", "/notifications/dead-letters/1-2", null, "If-Match", "\"1\"")]
    [InlineData("GET", "/inventory", null, "If-Match", "\"1\"")]
    [InlineData("GET", "/inventory/sku-1/movements", null, "If-Match", "\"1\"")]
    [InlineData("GET", "/orders", null, "If-Match", "*")]
    [InlineData("GET", "/orders/1/history", null, "If-Match", "\"2\"")]
    [InlineData("HEAD", "/inventory", null, "If-Match", "\"1\"")]
    [InlineData("GET", "/inventory", null, "If-None-Match", "*")]
    [InlineData("GET", "/inventory/sku-1/movements", null, "If-None-Match", "\"1\"")]
    [InlineData("GET", "/notifications/stats", null, "If-None-Match", "*")]
    [InlineData("GET", "/inventory/sku-1", null, "Idempotency-Key", "k")]
    [InlineData("GET", "/orders", null, "Idempotency-Key", "two words")]
    public async Task An_unsupported_header_is_a_400_that_names_it(string method, string address, string? body, string header, string value)
    {
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, method, address, body, header, value);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        if (method != "HEAD") Assert.Equal(header, Problem.Paths(await Problem.In(answer)));
        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("PUT", "/inventory/sku-1", Stock, "If-Match", "1")]
    [InlineData("PUT", "/inventory/sku-1", Stock, "If-None-Match", "1")]
    [InlineData("PUT", "/inventory/sku-1/settings", Settings, "If-Match", "\"1")]
    [InlineData("DELETE", "/inventory/sku-1", null, "If-Match", "1")]
    [InlineData("POST", "/inventory/sku-1/restock", """{"quantity":50}""", "Idempotency-Key", "two words")]
    [InlineData("POST", "/inventory/sku-1/adjust", Correction, "Idempotency-Key", "")]
    [InlineData("POST", "/inventory/sku-1/adjust", Correction, "If-Match", "1")]
    [InlineData("POST", "/inventory/import", Import, "Idempotency-Key", "two words")]
    [InlineData("POST", "/notifications/dead-letters/1-2/replay", null, "Idempotency-Key", "two words")]
    [InlineData("PUT", "/inventory/sku-1", Stock, "If-None-Match", "*, \"1\"")]
    [InlineData("PUT", "/inventory/sku-1", Stock, "If-Match", "\"1\", *")]
    [InlineData("GET", "/inventory/sku-1", null, "If-None-Match", "*, *")]
    [InlineData("GET", "/inventory/sku-1", null, "If-Match", "1")]
    [InlineData("GET", "/inventory/sku-1", null, "If-None-Match", "1")]
    [InlineData("GET", "/inventory/sku-1/settings", null, "If-None-Match", "1")]
    public Task A_value_that_is_not_valid_is_a_400_that_names_the_header(string method, string address, string? body, string header, string value) =>
        An_unsupported_header_is_a_400_that_names_it(method, address, body, header, value);

    [Theory]
    [InlineData("If-None-Match", "\"1\"")]
    [InlineData("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Range", "bytes=0-1")]
    public async Task A_read_is_answered_in_full_where_a_header_cannot_mislead(string header, string value)
    {
        _grains.Answer<IStockItemGrain>((_, _) => Task.FromResult<StockItem?>(new("sku-1", 1, 0, 1, TimeProvider.System.GetUtcNow())));
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, "GET", "/inventory/sku-1", body: null, header, value);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task An_unauthorized_caller_learns_nothing_of_headers()
    {
        using var anyone = _api.As(null);
        using var alice = _api.As(Tokens.Alice);
        foreach (var (client, status) in new[] { (anyone, HttpStatusCode.Unauthorized), (alice, HttpStatusCode.Forbidden) })
        {
            using var answer = await Send(client, "PUT", "/inventory/sku-1", Stock, "Idempotency-Key", "k");
            Assert.Equal(status, answer.StatusCode);
        }
    }

    public void Dispose() => _api.Dispose();

    private static async Task<HttpResponseMessage> Send(HttpClient client, string method, string address, string? body, string header, string value)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.True(request.Headers.TryAddWithoutValidation(header, value));
        return await client.SendAsync(request);
    }
}
