using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>
/// Remembers accepted tokens by hash until they expire, so that a signature is verified once and not with every request (RS256 costs 30–50 µs).
/// Rejected tokens are never remembered. A full cache takes no more until it has evicted the least recently used.
/// </summary>
internal sealed class VerifiedTokenCache(TimeProvider time) : IDisposable
{
    /// <summary>The most tokens that are remembered at once; under 1 KB each.</summary>
    public const int Capacity = 20_000;

    private readonly MemoryCache _tokens = new(new MemoryCacheOptions { SizeLimit = Capacity, Clock = new Clock(time) });

    /// <summary>How many tokens are remembered, including expired ones that have not been evicted yet.</summary>
    public int Count => _tokens.Count;

    /// <summary>The accepted token with this hash, or null.</summary>
    public VerifiedToken? Find(in TokenHash hash) => _tokens.Get<VerifiedToken>(hash);

    /// <summary>Remembers an accepted token until <see cref="VerifiedToken.ExpiresAt"/>.</summary>
    public void Add(in TokenHash hash, VerifiedToken token) =>
        _tokens.Set(hash, token, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpiration = token.ExpiresAt });

    /// <inheritdoc/>
    public void Dispose() => _tokens.Dispose();

    private sealed class Clock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}

/// <summary>An accepted token.</summary>
/// <param name="Identity">The caller.</param>
/// <param name="ExpiresAt">The time from which it is no longer accepted: its expiry plus the leeway that RFC 7519 §4.1.4 allows (Auth__ClockSkew).</param>
internal sealed record VerifiedToken(CallerIdentity Identity, DateTimeOffset ExpiresAt);

/// <summary>The SHA-256 of a token: the cache's key, so that memory holds no token that could be used.</summary>
internal readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Hashes a token.</summary>
    public static TokenHash Of(ReadOnlySpan<char> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(token), hash);
        var words = MemoryMarshal.Cast<byte, ulong>(hash);
        return new TokenHash(words[0], words[1], words[2], words[3]);
    }
}
