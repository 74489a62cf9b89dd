using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>An issuer's public keys at one moment. Immutable.</summary>
/// <param name="Issuer">The <c>iss</c> of tokens signed with them.</param>
/// <param name="Keys">The keys; one that is in a later set, too, is the same object there.</param>
internal sealed record KeySet(string Issuer, IReadOnlyList<SecurityKey> Keys)
{
    /// <summary>Whether this key is one of the set.</summary>
    public bool Holds(SecurityKey key) => Keys.Contains(key);

    /// <summary>The keys that a token may be signed with: those of its key id, or all where it or a key has none.</summary>
    public IEnumerable<SecurityKey> For(string? keyId) =>
        string.IsNullOrEmpty(keyId) ? Keys : Keys.Where(key => string.IsNullOrEmpty(key.KeyId) || key.KeyId == keyId);

    /// <summary>This set with the objects of an earlier one where their keys are the same, so that tokens verified with them stay verified.</summary>
    public KeySet Reuse(KeySet? earlier) =>
        earlier is null || earlier.Issuer != Issuer ? this : this with { Keys = [.. Keys.Select(key => earlier.Keys.FirstOrDefault(known => IsSame(known, key)) ?? key)] };

    private static bool IsSame(SecurityKey one, SecurityKey other) =>
        one.KeyId == other.KeyId && one.ComputeJwkThumbprint().AsSpan().SequenceEqual(other.ComputeJwkThumbprint());
}
