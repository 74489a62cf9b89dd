using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Tokens of an OpenID Connect provider whose keys change while the API runs.</summary>
public sealed class IdentityProviders : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IOrderGrain>((_, _) => Task.FromResult(OrderResult.NotFound));
    private LoopbackProvider _provider = null!;

    public async Task InitializeAsync() => _provider = await LoopbackProvider.Start();

    [Fact]
    public async Task Discovery_names_the_issuer_and_its_keys()
    {
        using var api = Api();
        await IsAccepted(api, _provider.Token("alice"));
        _provider.Rotate();   // RSA, then EC
        await IsAccepted(api, _provider.Token("alice"));
        await IsRejected(api, _provider.Token("alice", claims => claims["iss"] = "https://another.test"));
        await IsRejected(api, _provider.Token("alice", claims => claims["aud"] = "another"));
    }

    [Fact]
    public async Task A_key_set_can_be_named_without_discovery()
    {
        using var api = new ApiProgram(_grains.Factory, [.. _provider.Settings, ("Auth:Authority", ""), ("Auth:JwksUri", _provider.JwksUri), ("Auth:Issuer", "shop")]);
        await IsAccepted(api, _provider.Token("alice", claims => claims["iss"] = "shop"));
        await IsRejected(api, _provider.Token("alice"));
    }

    [Fact]
    public async Task Keys_rotate_while_requests_run_and_no_valid_token_is_rejected()
    {
        using var api = new ApiProgram(_grains.Factory, [.. _provider.Settings, ("Auth:JwksRefreshInterval", "00:00:01")]);
        using var stop = new CancellationTokenSource();
        var answers = new int[8];
        var clients = Enumerable.Range(0, answers.Length).Select(number => Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; answers[number]++) await IsAccepted(api, _provider.Token($"user {number}"));
        })).ToList();

        for (var rotation = 0; rotation < 4; rotation++)
        {
            await AllAnsweredAgain();
            var oldToken = _provider.Token("alice");
            await IsAccepted(api, oldToken);
            var withdrawn = _provider.Rotate();
            await AllAnsweredAgain();   // nobody sends a token of the old key any more
            _provider.Withdraw(withdrawn);
            await Eventually.Get("a token of the withdrawn key to be rejected", () => Ask(api, oldToken), status => status == HttpStatusCode.Unauthorized);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);

        async Task AllAnsweredAgain()
        {
            var before = answers.ToArray();
            await Eventually.Get("an answer for each client", () => Task.FromResult(clients.Any(client => client.IsFaulted) || answers.Zip(before).All(pair => pair.First > pair.Second + 1)), done => done);
        }
    }

    [Fact]
    public async Task A_token_of_a_withdrawn_key_is_forgotten_within_the_refresh_interval()
    {
        using var api = Api();
        var token = _provider.Token("alice");
        await IsAccepted(api, token);
        _provider.Withdraw(_provider.Rotate());
        await IsAccepted(api, token);   // not fetched again yet

        var before = _provider.Fetches;
        _clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.Get("the keys to be fetched again", () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));   // the interval may have begun after the advance
            return Task.FromResult(_provider.Fetches);
        }, fetches => fetches > before);
        await IsRejected(api, token);
        await IsAccepted(api, _provider.Token("alice", now: _clock.GetUtcNow()));
    }

    [Fact]
    public async Task While_the_provider_is_away_known_keys_stay_valid_and_an_unknown_one_is_answered_with_503()
    {
        using var api = Api();
        await IsAccepted(api, _provider.Token("alice"));
        _provider.IsAway = true;
        for (var minute = 0; minute < 6; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await IsAccepted(api, _provider.Token($"user {minute}", now: _clock.GetUtcNow()));
        }

        _provider.Rotate();
        var ofNewKey = _provider.Token("alice", now: _clock.GetUtcNow());
        using var answer = await WhileTimePasses(Get(api, ofNewKey));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.Equal("The identity provider's keys cannot be fetched, so the token cannot be verified now.", (string?)(await Problem.In(answer))["detail"]);

        _provider.IsAway = false;
        using var later = await WhileTimePasses(Get(api, ofNewKey));
        Assert.Equal(HttpStatusCode.NotFound, later.StatusCode);
    }

    [Fact]
    public async Task A_program_that_starts_without_its_provider_is_not_ready_until_the_provider_answers()
    {
        _provider.IsAway = true;
        using var api = Api();
        using var early = await WhileTimePasses(Get(api, _provider.Token("alice")));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
        using var anyone = api.As(null);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The identity provider's keys could not be fetched yet."), await Readiness(anyone));

        _provider.IsAway = false;
        await Eventually.Get("the API to have keys", async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return await Readiness(anyone);
        }, ready => ready.Detail != "The identity provider's keys could not be fetched yet.");
        await IsAccepted(api, _provider.Token("alice", now: _clock.GetUtcNow()));
    }

    [Fact]
    public async Task Tokens_with_invented_key_ids_share_fetches()
    {
        using var api = Api();
        await IsAccepted(api, _provider.Token("alice"));
        var before = _provider.Fetches;
        using var key = RSA.Create(2048);
        var forged = Enumerable.Range(0, 100).Select(number => Ask(api, LoopbackProvider.SignedBy($"invented {number}", key, OfProvider()))).ToList();
        await WhileTimePasses(Task.WhenAll(forged));

        Assert.All(forged, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Result));
        Assert.InRange(_provider.Fetches - before, 1, 10);   // those that came while one was under way wait for the next
        await IsAccepted(api, _provider.Token("alice"));
    }

    [Theory]
    [InlineData("", HttpStatusCode.NotFound)]   // none: every key is tried
    [InlineData(",\"kid\":\"\"", HttpStatusCode.NotFound)]
    [InlineData(",\"kid\":\"KEY 2\"", HttpStatusCode.Unauthorized)]
    [InlineData(",\"kid\":7", HttpStatusCode.Unauthorized)]
    [InlineData(",\"kid\":[\"key 2\"]", HttpStatusCode.Unauthorized)]
    [InlineData(",\"kid\":{\"a\":1}", HttpStatusCode.Unauthorized)]
    [InlineData(",\"kid\":\"key 1\"", HttpStatusCode.Unauthorized)]   // another key's
    public async Task A_key_id_selects_the_key_and_nothing_else_does(string header, HttpStatusCode expected)
    {
        using var api = Api();
        await IsAccepted(api, _provider.Token("alice"));
        _provider.Rotate();
        Assert.Equal((header, expected), (header, await WhileTimePasses(Ask(api, _provider.TokenWith(header)))));
        Assert.Empty(api.Errors);
    }

    [Fact]
    public async Task A_forged_token_of_a_known_key_is_rejected_without_asking_the_provider()
    {
        using var api = Api();
        await IsAccepted(api, _provider.Token("alice"));
        var before = _provider.Fetches;
        using var key = RSA.Create(2048);
        var forged = LoopbackProvider.SignedBy(_provider.Signer, key, OfProvider());
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(api, forged));
        _provider.IsAway = true;
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(api, forged));
        Assert.Equal(before, _provider.Fetches);
    }

    [Fact]
    public async Task Where_nobody_asks_who_calls_a_token_is_not_read()
    {
        _provider.IsAway = true;
        using var api = Api();
        using var client = api.As(_provider.Token("alice"));
        Assert.Equal(HttpStatusCode.OK, (await client.Call("GET", "/health/live")).Status);   // while time stands still
    }

    [Fact]
    public async Task The_place_of_a_key_that_a_token_names_is_never_asked()
    {
        await using var attacker = await LoopbackProvider.Start();
        using var key = RSA.Create(2048);
        using var api = Api();
        var header = $$""","jku":"{{attacker.JwksUri}}","x5u":"{{attacker.JwksUri}}","jwk":{{LoopbackProvider.Jwk("mine", key)}}""";
        await IsRejected(api, LoopbackProvider.SignedBy("mine", key, OfProvider(), header));
        Assert.Equal(0, attacker.Fetches);
    }

    [Fact]
    public async Task A_discovery_document_of_another_issuer_is_not_trusted()
    {
        _provider.NamedIssuer = "https://another.test";
        using var api = Api();
        using var answer = await WhileTimePasses(Get(api, _provider.Token("alice", claims => claims["iss"] = "https://another.test")));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task The_sign_in_page_of_the_dashboard_accepts_the_provider_s_admins()
    {
        await using var page = await SignInProgram.Start(_provider.Settings);
        Assert.Equal(HttpStatusCode.Redirect, await page.SignIn(_provider.Token("root", claims => claims["role"] = "admin")));
        Assert.Equal(HttpStatusCode.Forbidden, await page.SignIn(_provider.Token("alice")));

        _provider.IsAway = true;
        _provider.Rotate();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await page.SignIn(_provider.Token("root", claims => claims["role"] = "admin")));
    }

    public async Task DisposeAsync() => await _provider.DisposeAsync();

    private ApiProgram Api() => new(_grains.Factory, services => services.AddSingleton<TimeProvider>(_clock), _provider.Settings);

    private async Task IsAccepted(ApiProgram api, string token) => Assert.Equal(HttpStatusCode.NotFound, await WhileTimePasses(Ask(api, token)));

    private async Task IsRejected(ApiProgram api, string token) => Assert.Equal(HttpStatusCode.Unauthorized, await WhileTimePasses(Ask(api, token)));

    private string OfProvider() => Tokens.GoodClaims().Replace(Tokens.Issuer, _provider.Authority, StringComparison.Ordinal);

    /// <summary>Advances the clock until a request is answered that may wait for a fetch.</summary>
    private async Task<T> WhileTimePasses<T>(Task<T> request)
    {
        while (await Task.WhenAny(request, Task.Delay(10)) != request) _clock.Advance(TimeSpan.FromMilliseconds(10));
        return await request;
    }

    private static async Task<HttpStatusCode> Ask(ApiProgram api, string token)
    {
        using var answer = await Get(api, token);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> Get(ApiProgram api, string token)
    {
        using var client = api.As(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
    }

    private static async Task<(HttpStatusCode Status, string? Detail)> Readiness(HttpClient anyone)
    {
        var (status, body) = await anyone.Call("GET", "/health/ready");
        return (status, (string?)body["detail"]);
    }
}
