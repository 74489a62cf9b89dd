using System.Net;
using OrderFlow.Health;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>The limit of requests per user, and which requests count.</summary>
public sealed class RateLimiting
{
    private const string Setting = "RateLimit:PerUserPerMinute";

    private readonly GivenGrains _grains = GivenGrains.Make()
        .Answer<IOrderGrain>((_, _) => Task.FromResult(OrderResult.NotFound))
        .Answer<IPingGrain>((_, _) => Task.CompletedTask);

    [Fact]
    public async Task A_user_over_the_limit_gets_Retry_After_and_others_are_served()
    {
        using var api = new ApiProgram(_grains.Factory, (Setting, "2"));
        using var alice = api.As(Tokens.Alice);
        using var aliceElsewhere = api.As(Tokens.For("alice", claims => claims["jti"] = "another token"));
        using var bob = api.As(Tokens.Bob);
        Assert.Equal(HttpStatusCode.NotFound, await Ask(alice));
        Assert.Equal(HttpStatusCode.NotFound, await Ask(aliceElsewhere));

        foreach (var client in new[] { alice, aliceElsewhere })
        {
            using var refused = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter?.Delta);
            Assert.Equal(
                "This user has made too many requests; the header Retry-After says when the next one is accepted.",
                (string?)(await Problem.In(refused))["detail"]);
        }

        Assert.Equal(2, _grains.Asked.Count);
        Assert.Equal(HttpStatusCode.NotFound, await Ask(bob));
        Assert.Empty(api.Errors);
    }

    [Fact]
    public async Task A_limited_user_is_served_again_after_a_while()
    {
        using var api = new ApiProgram(_grains.Factory, (Setting, "600"));
        using var alice = api.As(Tokens.Alice);
        HttpStatusCode last;
        var asked = 0;
        do
        {
            last = await Ask(alice);
            asked++;
        }
        while (last == HttpStatusCode.NotFound && asked < 10_000);

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        Assert.InRange(asked, 601, 9_999);
        await Eventually.Get("the next request to be taken", () => Ask(alice), status => status == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Requests_without_a_valid_token_are_not_counted()
    {
        using var api = new ApiProgram(_grains.Factory, (Setting, "1"));
        using var nobody = api.As(null);
        using var forger = api.As(Tokens.Alice[..^8] + "AAAAAAAA");
        using var late = api.As(Tokens.For("alice", claims => claims["exp"] = TimeProvider.System.GetUtcNow().AddSeconds(-61).ToUnixTimeSeconds()));
        foreach (var client in new[] { nobody, forger, late, nobody, forger, late }) Assert.Equal(HttpStatusCode.Unauthorized, await Ask(client));

        using var alice = api.As(Tokens.Alice);
        Assert.Equal(HttpStatusCode.NotFound, await Ask(alice));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Ask(alice));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(forger));
    }

    [Fact]
    public async Task Health_is_not_limited_even_with_a_token()
    {
        using var api = new ApiProgram(_grains.Factory, (Setting, "1"));
        using var alice = api.As(Tokens.Alice);
        Assert.Equal(HttpStatusCode.NotFound, await Ask(alice));
        foreach (var address in new[] { "/health", "/health/live", "/health/ready", "/health/startup" })
            Assert.Equal((address, HttpStatusCode.OK), (address, await Ask(alice, address)));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Ask(alice));
    }

    [Fact]
    public async Task Without_a_setting_nobody_is_limited()
    {
        using var api = new ApiProgram(_grains.Factory);
        using var alice = api.As(Tokens.Alice);
        for (var i = 0; i < 200; i++) Assert.Equal(HttpStatusCode.NotFound, await Ask(alice));
    }

    private static async Task<HttpStatusCode> Ask(HttpClient client, string address = "/orders/1")
    {
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative));
        return answer.StatusCode;
    }
}
