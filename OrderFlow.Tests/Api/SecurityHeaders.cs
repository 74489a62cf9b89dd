using System.Net;
using OrderFlow.Api.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Inventory;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>The headers that every response has.</summary>
public sealed class SecurityHeaders : IDisposable
{
    private readonly GivenGrains _grains = GivenGrains.Make();
    private readonly ApiProgram _api;

    public SecurityHeaders()
    {
        _grains.Answer<IStockQueryGrain>((_, _) => Task.FromResult(new Page<StockItem>([], 0, 1, 10)));
        _grains.Answer<IOrderGrain>((method, _) => method == "Get"
            ? throw new InvalidOperationException("a fault")
            : Task.FromResult(OrderResult.NotFound));
        _grains.Answer<INotificationQueueGrain>((_, _) => Task.FromException(new TimeoutException()));
        _api = new(_grains.Factory);
    }

    [Theory]
    [InlineData("GET", "/health", HttpStatusCode.OK)]
    [InlineData("GET", "/inventory", HttpStatusCode.OK)]
    [InlineData("GET", "/orders?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/nope", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/orders/1", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/orders", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/orders", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("GET", "/orders/1", HttpStatusCode.InternalServerError)]
    [InlineData("POST", "/notifications/pause", HttpStatusCode.ServiceUnavailable)]
    public async Task Responses_are_protected_from_browsers_and_caches(string method, string address, HttpStatusCode status)
    {
        using var client = _api.As(Tokens.Admin);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        using var answer = await client.SendAsync(request);
        Assert.Equal((address, status), (address, answer.StatusCode));
        Safe(answer);
    }

    [Fact]
    public async Task A_response_without_a_token_is_protected_too()
    {
        using var client = _api.As(null);
        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Safe(answer);
    }

    [Fact]
    public async Task A_page_keeps_its_own_policy_and_caching()
    {
        const string policy = "default-src 'self'";
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());
        app.UseResponseHeaders();
        app.Run(page =>
        {
            page.Response.Headers.ContentSecurityPolicy = policy;
            page.Response.Headers.CacheControl = "max-age=60";
            return Task.CompletedTask;
        });
        var response = new ResponseThatStarts();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseFeature>(response);

        await app.Build()(context);
        await response.Start();

        Assert.Equal((policy, "max-age=60"), (Value("Content-Security-Policy"), Value("Cache-Control")));
        Assert.Equal(("nosniff", "DENY"), (Value("X-Content-Type-Options"), Value("X-Frame-Options")));

        string Value(string header) => context.Response.Headers[header].ToString();
    }

    public void Dispose() => _api.Dispose();

    private static void Safe(HttpResponseMessage answer)
    {
        Assert.Equal("nosniff", One(answer, "X-Content-Type-Options"));
        Assert.Equal("DENY", One(answer, "X-Frame-Options"));
        Assert.Equal("no-referrer", One(answer, "Referrer-Policy"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", One(answer, "Content-Security-Policy"));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.NotEqual("", One(answer, "X-Request-Id"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    private static string One(HttpResponseMessage answer, string header) => Assert.Single(answer.Headers.GetValues(header));

    /// <summary>A response without a server, which the test starts.</summary>
    private sealed class ResponseThatStarts : HttpResponseFeature
    {
        private readonly Stack<Func<Task>> _starting = [];

        public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push(() => callback(state));

        public async Task Start()
        {
            while (_starting.TryPop(out var next)) await next();
        }
    }
}
