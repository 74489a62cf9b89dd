using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>The leeway for clocks (Auth__ClockSkew), and the maximum length of a token.</summary>
public sealed class TokenLeeway
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IOrderGrain>((_, _) => Task.FromResult(OrderResult.NotFound));

    [Theory]
    [InlineData("nbf", 2, HttpStatusCode.NotFound)]
    [InlineData("nbf", 60, HttpStatusCode.NotFound)]
    [InlineData("nbf", 61, HttpStatusCode.Unauthorized)]
    [InlineData("iat", 60, HttpStatusCode.NotFound)]
    [InlineData("iat", 61, HttpStatusCode.Unauthorized)]
    [InlineData("exp", -59, HttpStatusCode.NotFound)]
    [InlineData("exp", -60, HttpStatusCode.Unauthorized)]
    public async Task The_default_leeway_is_one_minute(string claim, int seconds, HttpStatusCode expected) =>
        Assert.Equal(expected, await Ask(claim, seconds));

    [Theory]
    [InlineData("nbf", 1, HttpStatusCode.Unauthorized)]
    [InlineData("iat", 1, HttpStatusCode.Unauthorized)]
    [InlineData("exp", 0, HttpStatusCode.Unauthorized)]
    [InlineData("exp", 1, HttpStatusCode.NotFound)]
    public async Task The_leeway_can_be_zero(string claim, int seconds, HttpStatusCode expected) =>
        Assert.Equal(expected, await Ask(claim, seconds, ("Auth:ClockSkew", "0")));

    [Fact]
    public async Task A_remembered_token_is_valid_as_long_as_a_new_one()
    {
        using var api = Api();
        using var client = api.As(Token("exp", 30));
        foreach (var (after, expected) in new[] { (0, HttpStatusCode.NotFound), (89, HttpStatusCode.NotFound), (1, HttpStatusCode.Unauthorized) })
        {
            _clock.Advance(TimeSpan.FromSeconds(after));
            using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
            Assert.Equal((after, expected), (after, answer.StatusCode));
        }
    }

    [Fact]
    public async Task A_long_token_is_accepted_and_one_that_is_too_long_is_rejected_with_its_length()
    {
        using var api = Api();
        var token = TokenOf(12_000);
        Assert.InRange(token.Length, 15_500, 16 * 1024);
        using var longest = api.As(token);
        using var taken = await longest.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, taken.StatusCode);

        var beyond = TokenOf(13_000);
        using var tooLong = api.As(beyond);
        using var refused = await tooLong.GetAsync(new Uri("/orders/1", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(
            $"error=\"invalid_token\", error_description=\"The token has {beyond.Length} characters; it may have at most 16384.\"",
            TokenClaimTypes.Challenge(refused).Parameter);
    }

    private async Task<HttpStatusCode> Ask(string claim, int seconds, params (string Key, string Value)[] settings)
    {
        using var api = Api(settings);
        using var client = api.As(Token(claim, seconds));
        using var answer = await client.GetAsync(new Uri("/orders/1", UriKind.Relative));
        return answer.StatusCode;
    }

    private ApiProgram Api(params (string Key, string Value)[] settings) =>
        new(_grains.Factory, services => services.AddSingleton<TimeProvider>(_clock), settings);

    private string Token(string claim, int seconds) =>
        Tokens.For("alice", claims => claims[claim] = _clock.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds(), _clock.GetUtcNow());

    private string TokenOf(int characters) =>
        Tokens.For("alice", claims => claims["groups"] = JsonValue.Create(new string('g', characters - 700)), _clock.GetUtcNow());
}
