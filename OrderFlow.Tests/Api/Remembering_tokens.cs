using Microsoft.Extensions.Time.Testing;

namespace OrderFlow.Tests.Api;

public sealed class Remembering_tokens
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly VerifiedTokenCache _tokens;

    public Remembering_tokens() => _tokens = new(_time);

    [Fact]
    public void A_token_is_found_until_it_expires_and_not_at_that_moment()
    {
        var token = GoodFor(TimeSpan.FromSeconds(10));
        _tokens.Add(TokenHash.Of("a"), token);
        _time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.Same(token, _tokens.Find(TokenHash.Of("a")));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_tokens.Find(TokenHash.Of("a")));
        Assert.Null(_tokens.Find(TokenHash.Of("b")));
    }

    [Fact]
    public void However_many_there_are_only_so_many_are_remembered()
    {
        var most = 0;
        for (var i = 0; i < VerifiedTokenCache.Capacity * 3; i++)
        {
            _tokens.Add(TokenHash.Of($"{i}"), GoodFor(TimeSpan.FromHours(1)));
            if (i % 1000 == 0) most = Math.Max(most, _tokens.Count);
        }

        Assert.InRange(most, VerifiedTokenCache.Capacity / 2, VerifiedTokenCache.Capacity);
        Assert.InRange(_tokens.Count, VerifiedTokenCache.Capacity / 2, VerifiedTokenCache.Capacity);
    }

    [Fact]
    public void A_token_in_use_stays_however_many_others_come()
    {
        var token = GoodFor(TimeSpan.FromHours(1));
        _tokens.Add(TokenHash.Of("mine"), token);
        for (var i = 0; i < VerifiedTokenCache.Capacity * 3; i++)
        {
            _tokens.Add(TokenHash.Of($"{i}"), GoodFor(TimeSpan.FromHours(1)));
            if (i % 1000 == 0) Assert.Same(token, _tokens.Find(TokenHash.Of("mine")));
        }
    }

    [Fact]
    public void Many_threads_at_once_do_not_go_beyond_the_bound()
    {
        Parallel.For(0, VerifiedTokenCache.Capacity * 3, i =>
        {
            var hash = TokenHash.Of($"{i % (VerifiedTokenCache.Capacity * 2)}");
            if (_tokens.Find(hash) is null) _tokens.Add(hash, GoodFor(TimeSpan.FromHours(1)));
        });
        Assert.InRange(_tokens.Count, 1, VerifiedTokenCache.Capacity);
    }

    [Fact]
    public async Task The_signature_is_checked_once_and_the_expiry_every_time()
    {
        var auth = new AuthOptions { Issuer = Tokens.Issuer, Audience = Tokens.Audience, PublicKeyFile = Tokens.PublicKeyFile };
        var demands = BearerTokens.ValidationParameters(auth, _time);
        var handler = new CallerTokenHandler(_tokens, _time);
        var token = Tokens.For("alice", now: _time.GetUtcNow());

        var first = await handler.ValidateTokenAsync(token, demands);
        Assert.True(first.IsValid);
        demands.IssuerSigningKeys = [];   // from here on nothing can be verified any more
        var second = await handler.ValidateTokenAsync(token, demands);
        Assert.True(second.IsValid);
        Assert.Same(first.ClaimsIdentity, second.ClaimsIdentity);
        Assert.False((await handler.ValidateTokenAsync(Tokens.For("bob", now: _time.GetUtcNow()), demands)).IsValid);

        _time.Advance(Tokens.Lifetime + auth.ClockSkew - TimeSpan.FromTicks(1));
        Assert.True((await handler.ValidateTokenAsync(token, demands)).IsValid);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False((await handler.ValidateTokenAsync(token, demands)).IsValid);
    }

    [Fact]
    public async Task What_was_refused_is_not_remembered()
    {
        var auth = new AuthOptions { Issuer = Tokens.Issuer, Audience = Tokens.Audience, PublicKeyFile = Tokens.PublicKeyFile };
        var handler = new CallerTokenHandler(_tokens, _time);
        for (var i = 0; i < 100; i++)
            Assert.False((await handler.ValidateTokenAsync($"a.b.{i}", BearerTokens.ValidationParameters(auth, _time))).IsValid);
        Assert.Equal(0, _tokens.Count);
    }

    private VerifiedToken GoodFor(TimeSpan time) => new(
        new CallerIdentity(new Caller("alice", IsAdmin: false)), _time.GetUtcNow() + time);
}
