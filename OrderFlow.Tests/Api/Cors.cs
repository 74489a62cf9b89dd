using System.Net;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Which origins may call the API from a browser.</summary>
public sealed class Cors
{
    private const string Shop = "https://shop.example";
    private const string AllowOrigin = "Access-Control-Allow-Origin";

    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IOrderGrain>((_, _) => Task.FromResult(OrderResult.NotFound));

    [Fact]
    public async Task A_configured_origin_may_call_and_read_what_it_needs()
    {
        using var api = new ApiProgram(_grains.Factory, ("Cors:Origins", $"http://localhost:3000, {Shop}"));
        using var page = Page(api, Shop, Tokens.Alice);
        using var may = await Ask(api, Shop, "POST", "authorization,content-type,idempotency-key,if-match,if-none-match,prefer,last-event-id,x-request-id");
        Assert.Equal(HttpStatusCode.NoContent, may.StatusCode);
        Assert.Equal(Shop, One(may, AllowOrigin));
        Assert.Equal("GET,POST,PUT,PATCH,DELETE", One(may, "Access-Control-Allow-Methods"));
        Assert.Equal(
            "Authorization,Content-Type,Idempotency-Key,If-Match,If-None-Match,Prefer,Last-Event-ID,X-Request-Id",
            One(may, "Access-Control-Allow-Headers"));
        Assert.Equal("600", One(may, "Access-Control-Max-Age"));
        Assert.False(may.Headers.Contains("Access-Control-Allow-Credentials"));

        using var answer = await page.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Readable(answer);
    }

    [Fact]
    public async Task A_configured_origin_may_read_errors_too()
    {
        _grains.Answer<IOrderGrain>((_, _) => throw new InvalidOperationException("a fault"));
        using var api = new ApiProgram(_grains.Factory, ("Cors:Origins", Shop), ("RateLimit:PerUserPerMinute", "1"));
        using var page = Page(api, Shop, Tokens.Alice);
        using var anonymous = Page(api, Shop, null);
        foreach (var (client, status) in new[]
        {
            (page, HttpStatusCode.InternalServerError), (page, HttpStatusCode.TooManyRequests), (anonymous, HttpStatusCode.Unauthorized),
        })
        {
            using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
            Assert.Equal(status, answer.StatusCode);
            Readable(answer);
        }
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://shop.example")]
    [InlineData("https://shop.example:8443")]
    [InlineData("https://shop.example.evil.example")]
    [InlineData("null")]
    public async Task Another_origin_may_not(string origin)
    {
        using var api = new ApiProgram(_grains.Factory, ("Cors:Origins", Shop));
        using var may = await Ask(api, origin, "GET", "authorization");
        Assert.False(may.Headers.Contains(AllowOrigin));
        using var page = Page(api, origin, Tokens.Alice);
        using var answer = await page.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.False(answer.Headers.Contains(AllowOrigin));
    }

    [Fact]
    public async Task Without_origins_no_page_may_call()
    {
        using var api = new ApiProgram(_grains.Factory);
        using var may = await Ask(api, Shop, "GET", "authorization");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, may.StatusCode);
        Assert.False(may.Headers.Contains(AllowOrigin));
    }

    private static HttpClient Page(ApiProgram api, string origin, string? token)
    {
        var client = api.As(token);
        client.DefaultRequestHeaders.Add("Origin", origin);
        return client;
    }

    /// <summary>The preflight request of a browser.</summary>
    private static async Task<HttpResponseMessage> Ask(ApiProgram api, string origin, string method, string headers)
    {
        using var browser = Page(api, origin, token: null);
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri("/orders/1", UriKind.Relative));
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return await browser.SendAsync(request);
    }

    private static void Readable(HttpResponseMessage answer)
    {
        Assert.Equal(Shop, One(answer, AllowOrigin));
        Assert.Equal("Location,ETag,Retry-After,X-Request-Id,Idempotent-Replayed,Preference-Applied", One(answer, "Access-Control-Expose-Headers"));
    }

    private static string One(HttpResponseMessage answer, string header) => Assert.Single(answer.Headers.GetValues(header));
}
