using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>
/// Remembers tokens that were found good until their expiry plus ClockSkew, so that their signature is checked once and not with every request (RS256 costs 30–50 µs).
/// Holds at most <see cref="Capacity"/> tokens, by hash: two generations, of which the older is dropped when the younger is full. Tokens in use move
/// to the younger one, so nobody can push them out but other tokens in use. What was refused is never kept.
/// </summary>
internal sealed class VerifiedTokenCache(TimeProvider time)
{
    /// <summary>The most tokens that are remembered at once; under 1 KB each.</summary>
    public const int Capacity = 20_000;

    private const int Generation = Capacity / 2;

    private readonly Lock _changing = new();
    private volatile ConcurrentDictionary<TokenHash, VerifiedToken> _younger = new();
    private volatile ConcurrentDictionary<TokenHash, VerifiedToken> _older = new();
    private int _youngerCount;

    /// <summary>How many tokens are remembered now, expired ones included.</summary>
    public int Count => _younger.Count + _older.Count;

    /// <summary>The token with this hash, where it was found good and has not expired; otherwise null.</summary>
    public VerifiedToken? Find(in TokenHash hash)
    {
        if (_younger.TryGetValue(hash, out var token)) return Living(token);
        if (!_older.TryGetValue(hash, out token) || Living(token) is null) return null;

        Add(hash, token);
        return token;
    }

    /// <summary>Remembers a token that was just found good.</summary>
    public void Add(in TokenHash hash, VerifiedToken token)
    {
        lock (_changing)
        {
            if (_youngerCount == Generation)
            {
                _older = _younger;
                _younger = new ConcurrentDictionary<TokenHash, VerifiedToken>();
                _youngerCount = 0;
            }

            if (_younger.TryAdd(hash, token)) _youngerCount++;
        }
    }

    // RFC 7519 §4.1.4: a token is not accepted on or after its expiry, here with the leeway that it allows (Auth__ClockSkew).
    private VerifiedToken? Living(VerifiedToken token) => time.GetUtcNow() < token.ExpiresAt ? token : null;
}

/// <summary>A token that was found good.</summary>
/// <param name="Identity">Whom it speaks for.</param>
/// <param name="ExpiresAt">From when on it is no longer accepted: its expiry plus ClockSkew.</param>
internal sealed record VerifiedToken(CallerIdentity Identity, DateTimeOffset ExpiresAt);

/// <summary>The SHA-256 of a token: what it is remembered by, so that memory holds no token that somebody could use.</summary>
internal readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>The hash of a token.</summary>
    public static TokenHash Of(ReadOnlySpan<char> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(token), hash);
        var words = MemoryMarshal.Cast<byte, ulong>(hash);
        return new TokenHash(words[0], words[1], words[2], words[3]);
    }
}
