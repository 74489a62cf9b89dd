using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Reads the public keys of a JSON Web Key Set (RFC 7517). Keys of other types, uses or algorithms are ignored, as its §5 requires.</summary>
internal static class JsonWebKeys
{
    /// <summary>The most keys that are read: a token without a key id is verified with each.</summary>
    public const int MaxKeys = 64;

    /// <exception cref="InvalidDataException">It is no key set.</exception>
    public static IReadOnlyList<SecurityKey> Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("keys").EnumerateArray().Select(Read).OfType<SecurityKey>().Take(MaxKeys)];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException("the response is not a JSON Web Key Set", error);
        }
    }

    private static SecurityKey? Read(JsonElement jwk)
    {
        try
        {
            if (jwk.ValueKind != JsonValueKind.Object || Text(jwk, "use") is not (null or "sig")) return null;
            return (Text(jwk, "kty"), Text(jwk, "alg")) switch
            {
                ("RSA", null or SecurityAlgorithms.RsaSha256) => ReadRsa(jwk),
                ("EC", null or SecurityAlgorithms.EcdsaSha256) when Text(jwk, "crv") == "P-256" => ReadEc(jwk),
                _ => null,
            };
        }
        catch (Exception error) when (error is FormatException or CryptographicException or InvalidOperationException)   // not base64url; no point of the curve; broken text
        {
            return null;
        }
    }

    private static RsaSecurityKey? ReadRsa(JsonElement jwk)
    {
        var key = new RsaSecurityKey(RSA.Create(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") })) { KeyId = Text(jwk, "kid") };
        return key.KeySize < PublicKeys.MinRsaBits ? null : key;
    }

    private static ECDsaSecurityKey ReadEc(JsonElement jwk)
    {
        var point = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") };
        return new(ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point })) { KeyId = Text(jwk, "kid") };
    }

    private static byte[] Bytes(JsonElement jwk, string name) =>
        Text(jwk, name) is { Length: > 0 } text ? Base64Url.DecodeFromChars(text) : throw new FormatException($"{name} is missing");

    private static string? Text(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
