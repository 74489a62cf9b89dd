using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

public sealed class TokenCache : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly VerifiedTokenCache _tokens;

    public TokenCache() => _tokens = new(_time);

    [Fact]
    public void A_token_is_found_until_it_expires_and_not_at_that_moment()
    {
        var token = ValidFor(TimeSpan.FromSeconds(10));
        _tokens.Add("a", token);
        _time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.Same(token, _tokens.Find("a"));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_tokens.Find("a"));
        Assert.Null(_tokens.Find("b"));
    }

    [Fact]
    public void The_number_of_remembered_tokens_never_exceeds_the_capacity()
    {
        var max = 0;
        for (var i = 0; i < VerifiedTokenCache.Capacity * 3; i++)
        {
            _tokens.Add($"{i}", ValidFor(TimeSpan.FromHours(1)));
            max = Math.Max(max, _tokens.Count);
        }

        Assert.Equal(VerifiedTokenCache.Capacity, max);
    }

    [Fact]
    public async Task A_full_cache_evicts_the_least_recently_used_tokens_and_keeps_the_one_in_use()
    {
        var token = ValidFor(TimeSpan.FromHours(1));
        _tokens.Add("mine", token);
        for (var i = 0; i < VerifiedTokenCache.Capacity; i++) Add(i);

        // The eviction runs in the background; once it is done there is room.
        var more = VerifiedTokenCache.Capacity;
        for (var round = 0; round < 3; round++)
        {
            await Eventually.Get("room for another token", () => Task.FromResult(Add(more++)), added => added);
            while (Add(more++))
            {
                // until the cache is full again
            }
        }

        bool Add(int number)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Same(token, _tokens.Find("mine"));
            _tokens.Add($"{number}", ValidFor(TimeSpan.FromHours(1)));
            return _tokens.Find($"{number}") is not null;
        }
    }

    [Fact]
    public void Many_threads_at_once_do_not_exceed_the_capacity()
    {
        Parallel.For(0, VerifiedTokenCache.Capacity * 3, i =>
        {
            var token = $"{i % (VerifiedTokenCache.Capacity * 2)}";
            if (_tokens.Find(token) is null) _tokens.Add(token, ValidFor(TimeSpan.FromHours(1)));
        });
        Assert.InRange(_tokens.Count, 1, VerifiedTokenCache.Capacity);
    }

    [Fact]
    public async Task The_signature_is_verified_once_and_the_expiry_every_time()
    {
        var (handler, parameters) = Handler();
        var token = Tokens.For("alice", now: _time.GetUtcNow());

        var first = await handler.ValidateTokenAsync(token, parameters);
        Assert.True(first.IsValid);
        parameters.IssuerSigningKeyResolver = (_, _, _, _) => [];   // no signature can be verified from here on
        var second = await handler.ValidateTokenAsync(token, parameters);
        Assert.True(second.IsValid);
        Assert.Same(first.ClaimsIdentity, second.ClaimsIdentity);
        Assert.False((await handler.ValidateTokenAsync(Tokens.For("bob", now: _time.GetUtcNow()), parameters)).IsValid);

        _time.Advance(Tokens.Lifetime + parameters.ClockSkew - TimeSpan.FromTicks(1));
        Assert.True((await handler.ValidateTokenAsync(token, parameters)).IsValid);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False((await handler.ValidateTokenAsync(token, parameters)).IsValid);
    }

    [Fact]
    public async Task Rejected_tokens_are_not_remembered()
    {
        var (handler, parameters) = Handler();
        for (var i = 0; i < 100; i++)
            Assert.False((await handler.ValidateTokenAsync($"a.b.{i}", parameters)).IsValid);
        Assert.Equal(0, _tokens.Count);
    }

    public void Dispose() => _tokens.Dispose();

    private VerifiedToken ValidFor(TimeSpan time) => new(
        new CallerIdentity(new Caller("alice", IsAdmin: false), new RsaSecurityKey(Tokens.Rsa)), _time.GetUtcNow() + time);

    /// <summary>The handler with a program's own services, and this clock and cache.</summary>
    private (BearerTokenHandler Handler, TokenValidationParameters Parameters) Handler()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([
            new("Auth:Issuer", Tokens.Issuer), new("Auth:Audience", Tokens.Audience), new("Auth:PublicKeyFile", Tokens.PublicKeyFile)]);
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddBearerTokens();
        builder.Services.AddSingleton(_tokens);
        var services = builder.Build().Services;
        return (services.GetRequiredService<BearerTokenHandler>(),
            services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get(JwtBearerDefaults.AuthenticationScheme).TokenValidationParameters);
    }
}
