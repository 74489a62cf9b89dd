using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using TokenClaims = OrderFlow.ServiceDefaults.Auth.TokenClaims;

namespace OrderFlow.Tests.Api;

/// <summary>Claims must have their JSON type: numbers and strings are not converted to each other.</summary>
public sealed class TokenClaimTypes : IDisposable
{
    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IOrderGrain>((_, _) => Task.FromResult(OrderResult.NotFound));
    private readonly ApiProgram _api;

    public TokenClaimTypes() => _api = new(_grains.Factory);

    /// <summary>A claim's JSON, and the reason of its rejection.</summary>
    public static TheoryData<string, string, string> WrongTypes => new()
    {
        { "sub", "18446744073709551617", "The token's sub must be a JSON string." },
        { "sub", "18446744073709551999", "The token's sub must be a JSON string." },
        { "sub", "1.5", "The token's sub must be a JSON string." },
        { "sub", "7", "The token's sub must be a JSON string." },
        { "sub", "true", BearerTokenEvents.Unreadable },
        { "sub", "null", "The token's sub must be a JSON string." },
        { "sub", "[\"alice\"]", BearerTokenEvents.Unreadable },
        { "sub", "{\"a\":1}", BearerTokenEvents.Unreadable },
        { "sub", "\"ali\\u200bce\"", "The token's sub must not hold invisible, bidirectional or unassigned characters (U+200B)." },
        { "sub", "\"\\u202eecila\"", "The token's sub must not hold invisible, bidirectional or unassigned characters (U+202E)." },
        { "sub", "\"alice\\ufeff\"", "The token's sub must not hold invisible, bidirectional or unassigned characters (U+FEFF)." },
        { "sub", "\"cafe\\u0301\"", "The token's sub must not hold U+0301, which Unicode normalization form C replaces, or joins with the letter before it." },
        { "sub", "\"system\"", "The token's sub must not be system, which names the service itself." },
        { "sub", "\"\\ud800\"", BearerTokenEvents.Unreadable },
        { "sub", "\"a\",\"sub\":\"b\"", "The token's claims must be a JSON object that gives each once, in UTF-8." },
        { "role", "7", "The token's role must be a JSON string or a list of them." },
        { "role", "{\"admin\":true}", "The token's role must be a JSON string or a list of them." },
        { "role", "[\"admin\",7]", "The token's role must be a JSON string or a list of them." },
        { "aud", $"[\"{Tokens.Audience}\",7]", BearerTokenEvents.Unreadable },
        { "exp", "\"4102444800\"", "The token's exp must be a JSON number." },
        { "nbf", "\"1\"", "The token's nbf must be a JSON number." },
        { "iat", "\"1\"", "The token's iat must be a JSON number." },
        { "iat", "9999999999", "The token was issued in the future, by its iat." },
        { "iat", "1e400", BearerTokenEvents.Unreadable },
    };

    [Theory, MemberData(nameof(WrongTypes))]
    public async Task A_claim_of_another_type_is_rejected_with_that_reason(string claim, string json, string description)
    {
        using var client = _api.As(Tokens.Signed(Claims(claim, json)));
        foreach (var _ in Enumerable.Range(0, 2))   // a rejected token must not be remembered as accepted
        {
            using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
            Assert.Equal((json, HttpStatusCode.Unauthorized), (json, answer.StatusCode));
            Assert.Equal($"error=\"invalid_token\", error_description=\"{description}\"", Challenge(answer).Parameter);
        }

        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("iss", "7")]
    [InlineData("iss", "[\"https://issuer.test\"]")]
    [InlineData("exp", "1e400")]
    [InlineData("exp", "-1e400")]
    [InlineData("exp", "9999999999999999999999")]
    [InlineData("exp", "{}")]
    [InlineData("nbf", "1e400")]
    [InlineData("nbf", "[]")]
    [InlineData("aud", "7")]
    public async Task A_claim_that_the_library_rejects_first_is_rejected_with_that_reason_too(string claim, string json)
    {
        using var client = _api.As(Tokens.Signed(Claims(claim, json)));
        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));

        // A time out of range may be clamped, but must not cause an error.
        if (claim != "exp" || answer.StatusCode != HttpStatusCode.NotFound) Assert.Equal((json, HttpStatusCode.Unauthorized), (json, answer.StatusCode));
        Assert.Empty(_api.Errors);
    }

    [Theory]
    [InlineData("sub", "\"18446744073709551617\"", "18446744073709551617", false)]
    [InlineData("sub", "\"caf\\u00e9\"", "caf\u00e9", false)]
    [InlineData("sub", "\"System\"", "System", false)]
    [InlineData("role", "[\"customer\",\"admin\"]", "alice", true)]
    [InlineData("role", "[]", "alice", false)]
    [InlineData("role", "null", "alice", false)]
    [InlineData("role", "\"[\\\"admin\\\"]\"", "alice", false)]
    [InlineData("nbf", "1", "alice", false)]
    [InlineData("iat", "1.5", "alice", false)]
    [InlineData("client_id", "{\"any\":[1]}", "alice", false)]
    public async Task A_claim_of_its_type_is_accepted(string claim, string json, string userId, bool isAdmin)
    {
        Caller? caller = null;
        _grains.Answer<IOrderGrain>((_, arguments) =>
        {
            caller = (Caller)arguments[0]!;
            return Task.FromResult(OrderResult.NotFound);
        });

        using var client = _api.As(Tokens.Signed(Claims(claim, json)));
        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.Equal(new Caller(userId, isAdmin), caller);
    }

    [Theory]
    [InlineData("e30")]      // an object without claims, for comparison: it is read
    [InlineData("Pz8/Pz8+")]   // plain base 64, which RFC 7515 does not allow
    [InlineData("e30!")]
    [InlineData("a")]
    public void Claims_that_are_not_base64url_are_rejected_and_not_logged_as_errors(string payload)
    {
        var (caller, _, objection) = new TokenClaims(Options.Create(new AuthOptions())).Read(payload, DateTimeOffset.MaxValue);

        Assert.Null(caller);
        Assert.Equal(payload == "e30" ? "The token's sub must be a JSON string." : "The token's claims must be a JSON object that gives each once, in UTF-8.", objection);
    }

    public void Dispose() => _api.Dispose();

    internal static AuthenticationHeaderValue Challenge(HttpResponseMessage answer) => Assert.Single(answer.Headers.WwwAuthenticate);

    /// <summary>Alice's claims as text with one replaced, in ways that a JSON writer would not produce.</summary>
    private static string Claims(string claim, string json)
    {
        var claims = JsonNode.Parse(Tokens.GoodClaims())!.AsObject();
        claims.Remove(claim);
        return $"{claims.ToJsonString()[..^1]},\"{claim}\":{json}}}";
    }
}
