using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Which tokens the API accepts. Every rejection is a 401 that names the scheme, and reaches no grain.</summary>
public sealed class BearerAuthentication : IDisposable
{
    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IOrderGrain>((_, _) => Task.FromResult(OrderResult.NotFound));
    private readonly ApiProgram _api;

    public BearerAuthentication() => _api = new(_grains.Factory);

    public static TheoryData<string, string> GoodTokens => new()
    {
        { "RS256", Tokens.Alice },
        { "ES256", Tokens.SignedWithEc(Tokens.GoodClaims()) },
        { "one of several audiences", Tokens.For("alice", claims => claims["aud"] = new System.Text.Json.Nodes.JsonArray("other", Tokens.Audience)) },
        { "the longest user id", Tokens.For(new string('a', Limits.UserIdLength)) },
    };

    public static TheoryData<string, string> BadTokens
    {
        get
        {
            var good = Tokens.GoodClaims();
            var publicKey = Encoding.ASCII.GetBytes(File.ReadAllText(Tokens.PublicKeyFile));
            var now = TimeProvider.System.GetUtcNow();
            using var otherKey = RSA.Create(2048);
            return new()
            {
                { "empty", "" },
                { "garbage", "abc" },
                { "garbage in three parts", "a.b.c" },
                { "no base64", "!.?.=" },
                { "too long", new string('a', 20_000) },
                { "HS256 with the public key as its secret", Tokens.Token("""{"alg":"HS256","typ":"JWT"}""", good, text => HMACSHA256.HashData(publicKey, text)) },
                { "alg none", Tokens.Token("""{"alg":"none","typ":"JWT"}""", good, _ => []) },
                { "alg nOnE", Tokens.Token("""{"alg":"nOnE","typ":"JWT"}""", good, _ => []) },
                { "RS256 without a signature", Tokens.Token("""{"alg":"RS256","typ":"JWT"}""", good, _ => []) },
                { "RS512", Tokens.Token("""{"alg":"RS512","typ":"JWT"}""", good, text => Tokens.Rsa.SignData(text, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)) },
                { "PS256", Tokens.Token("""{"alg":"PS256","typ":"JWT"}""", good, text => Tokens.Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)) },
                { "an extension that must be understood", Tokens.Token("""{"alg":"RS256","crit":["b64"],"b64":false}""", good, Sign) },
                { "crit that names nothing", Tokens.Token("""{"alg":"RS256","crit":[]}""", good, Sign) },
                { "crit that is null", Tokens.Token("""{"alg":"RS256","crit":null}""", good, Sign) },
                { "another key", Tokens.Signed(good, otherKey) },
                { "claims changed after signing", Tampered() },
                { "expired", Tokens.For("alice", claims => claims["exp"] = now.AddMinutes(-2).ToUnixTimeSeconds()) },
                { "not valid yet", Tokens.For("alice", claims => claims["nbf"] = now.AddHours(1).ToUnixTimeSeconds()) },
                { "no exp", Tokens.For("alice", claims => claims.Remove("exp")) },
                { "exp that is no number", Tokens.For("alice", claims => claims["exp"] = "tomorrow") },
                { "another issuer", Tokens.For("alice", claims => claims["iss"] = "https://evil.test") },
                { "no issuer", Tokens.For("alice", claims => claims.Remove("iss")) },
                { "another audience", Tokens.For("alice", claims => claims["aud"] = "other") },
                { "no audience", Tokens.For("alice", claims => claims.Remove("aud")) },
                { "no sub", Tokens.For("alice", claims => claims.Remove("sub")) },
                { "an empty sub", Tokens.For("") },
                { "a sub that is too long", Tokens.For(new string('a', Limits.UserIdLength + 1)) },
                { "a sub with a control character", Tokens.For("ali\0ce") },
                { "a sub that is an object", Tokens.For("alice", claims => claims["sub"] = new System.Text.Json.Nodes.JsonObject()) },
                { "two subs", Tokens.For("alice", claims => claims["sub"] = new System.Text.Json.Nodes.JsonArray("alice", "bob")) },
            };
        }
    }

    private static byte[] Sign(byte[] text) => Tokens.Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    [Theory, MemberData(nameof(GoodTokens))]
    public async Task A_valid_token_is_accepted(string what, string token)
    {
        using var client = _api.As(token);
        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.Equal((what, HttpStatusCode.NotFound), (what, answer.StatusCode));
        Assert.Equal("IOrderGrain(1).Get", Assert.Single(_grains.Asked));
    }

    [Theory, MemberData(nameof(BadTokens))]
    public async Task An_invalid_token_is_rejected(string what, string token)
    {
        using var client = _api.As(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        foreach (var _ in Enumerable.Range(0, 2))   // a rejected token must not be remembered as accepted
        {
            using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
            Assert.Equal((what, HttpStatusCode.Unauthorized), (what, answer.StatusCode));
            Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
            await Problem.In(answer);
        }

        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("another audience", BearerTokenEvents.WrongAudience)]
    [InlineData("no audience", BearerTokenEvents.WrongAudience)]
    [InlineData("another key", BearerTokenEvents.WrongSignature)]
    [InlineData("RS512", BearerTokenEvents.WrongSignature)]
    public async Task The_challenge_says_what_is_wrong(string what, string description)
    {
        using var client = _api.As(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {BadTokens.Single(token => (string)token[0] == what)[1]}");

        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));

        Assert.Equal($"error=\"invalid_token\", error_description=\"{description}\"", Assert.Single(answer.Headers.WwwAuthenticate).Parameter);
    }

    [Fact]
    public async Task A_missing_token_is_rejected()
    {
        using var client = _api.As(null);
        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        await Problem.In(answer);
    }

    [Theory]
    [InlineData("Authorization: Basic YWxpY2U6c2VjcmV0")]
    [InlineData("Authorization: Bearer")]
    public async Task Another_scheme_or_an_incomplete_header_is_rejected(string header) =>
        Refused(await _api.Send("GET /orders/1 HTTP/1.1", header));

    [Fact]
    public async Task Two_tokens_are_rejected_even_if_both_are_valid()
    {
        foreach (var second in new[] { Tokens.Bob, Tokens.Alice })
            Refused(await _api.Send("GET /orders/1 HTTP/1.1", $"Authorization: Bearer {Tokens.Alice}", $"Authorization: Bearer {second}"));
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("jwt")]
    [InlineData("token")]
    public async Task A_token_in_the_URL_is_ignored(string parameter)
    {
        using var client = _api.As(null);
        using var answer = await client.GetAsync(new Uri($"/orders/1?{parameter}={Tokens.Alice}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        await Problem.In(answer);
        Assert.Empty(_grains.Asked);
    }

    [Fact]
    public async Task A_token_in_a_cookie_is_ignored() => Refused(await _api.Send("GET /orders/1 HTTP/1.1", $"Cookie: access_token={Tokens.Alice}"));

    [Theory]
    [InlineData("POST", "/orders")]
    [InlineData("GET", "/orders")]
    [InlineData("GET", "/orders/1")]
    [InlineData("PATCH", "/orders/1/status")]
    [InlineData("DELETE", "/orders/1")]
    [InlineData("GET", "/orders/1/notifications")]
    [InlineData("GET", "/inventory")]
    [InlineData("GET", "/inventory/sku-1")]
    [InlineData("PUT", "/inventory/sku-1")]
    [InlineData("DELETE", "/inventory/sku-1")]
    [InlineData("POST", "/inventory/sku-1/restock")]
    [InlineData("POST", "/inventory/sku-1/adjust")]
    [InlineData("GET", "/inventory/sku-1/settings")]
    [InlineData("PUT", "/inventory/sku-1/settings")]
    [InlineData("GET", "/inventory/sku-1/movements")]
    [InlineData("POST", "/inventory/import")]
    [InlineData("GET", "/notifications/stats")]
    [InlineData("POST", "/notifications/pause")]
    [InlineData("POST", "/notifications/resume")]
    [InlineData("GET", "/notifications/dead-letters")]
    [InlineData("POST", "/notifications/dead-letters/1-2/replay")]
    [InlineData("POST", "/notifications/dead-letters/replay")]
    [InlineData("POST", "/notifications/dead-letters/purge")]
    [InlineData("DELETE", "/notifications/dead-letters/1-2")]
    public async Task Every_call_but_health_needs_a_token(string method, string address)
    {
        using var client = _api.As(null);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        await Problem.In(answer);
        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("\"admin\"", true, false, false)]
    [InlineData("\"payments\"", false, true, false)]
    [InlineData("\"fulfilment\"", false, false, true)]
    [InlineData("[\"fulfilment\",\"customer\",\"payments\"]", false, true, true)]
    [InlineData("\"Admin\"", false, false, false)]
    [InlineData("\"payment\"", false, false, false)]
    [InlineData("\"customer\"", false, false, false)]
    public async Task A_caller_has_the_roles_of_the_token(string role, bool isAdmin, bool isPayments, bool isFulfilment)
    {
        Caller? caller = null;
        _grains.Answer<IOrderGrain>((_, arguments) =>
        {
            caller = (Caller)arguments[0]!;
            return Task.FromResult(OrderResult.NotFound);
        });

        using var client = _api.As(Tokens.For("carol", claims => claims["role"] = JsonNode.Parse(role)));
        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.Equal(new Caller("carol", isAdmin, isPayments, isFulfilment), caller);
    }

    public void Dispose() => _api.Dispose();

    private void Refused(string answer)
    {
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nWWW-Authenticate: Bearer", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/problem+json\r\n", answer, StringComparison.Ordinal);
        Assert.Empty(_grains.Asked);
    }

    private static string Tampered()
    {
        var parts = Tokens.Alice.Split('.');
        var bobs = Tokens.Bob.Split('.');
        return $"{parts[0]}.{bobs[1]}.{parts[2]}";
    }
}
