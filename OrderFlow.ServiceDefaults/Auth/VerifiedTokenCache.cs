using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>
/// Remembers accepted tokens, never rejected ones, by hash until they expire, so that a signature is verified once and not with every request
/// (RS256 costs 30–50 µs). A full cache adds none until it has evicted the least recently used.
/// </summary>
internal sealed class VerifiedTokenCache(TimeProvider time) : IDisposable
{
    /// <summary>The most tokens that are remembered at once; under 1 KB each.</summary>
    public const int Capacity = 20_000;

    private readonly MemoryCache _tokens = new(new MemoryCacheOptions { SizeLimit = Capacity, Clock = new Clock(time) });

    /// <summary>How many tokens are remembered, including expired ones that have not been evicted yet.</summary>
    public int Count => _tokens.Count;

    /// <summary>Finds a token that was accepted before and has not expired.</summary>
    public VerifiedToken? Find(string token) => _tokens.Get<VerifiedToken>(Hash(token));

    /// <summary>Remembers an accepted token until <see cref="VerifiedToken.ExpiresAt"/>.</summary>
    public void Add(string token, VerifiedToken accepted) =>
        _tokens.Set(Hash(token), accepted, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = accepted.ExpiresAt });

    /// <inheritdoc/>
    public void Dispose() => _tokens.Dispose();

    /// <summary>The cache's key, so that memory holds no token that could be used.</summary>
    private static string Hash(string token) => Convert.ToBase64String(SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan())));

    private sealed class Clock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}

/// <summary>An accepted token.</summary>
/// <param name="Identity">The caller.</param>
/// <param name="ExpiresAt">The time from which it is no longer accepted: its expiry plus the leeway that RFC 7519 §4.1.4 allows (Auth__ClockSkew).</param>
internal sealed record VerifiedToken(CallerIdentity Identity, DateTimeOffset ExpiresAt);
