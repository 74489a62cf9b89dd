using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrderFlow.Tests.Api;

/// <summary>Valid and invalid bearer tokens with their keys. Built by hand, so that a test can forge what no library would create.</summary>
internal static class Tokens
{
    public const string Issuer = "https://issuer.test";
    public const string Audience = "orderflow-test";

    public static RSA Rsa { get; } = RSA.Create(2048);

    public static ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A PEM file with the public halves of both keys.</summary>
    public static string PublicKeyFile { get; } = WriteFile(Rsa.ExportSubjectPublicKeyInfoPem(), Ec.ExportSubjectPublicKeyInfoPem());

    public static string Alice { get; } = For("alice");

    public static string Bob { get; } = For("bob");

    public static string Admin { get; } = For("root", claims => claims["role"] = "admin");

    public static string Payments { get; } = For("till", claims => claims["role"] = "payments");

    public static string Fulfilment { get; } = For("depot", claims => claims["role"] = "fulfilment");

    /// <summary>A token that is valid for ten minutes, signed with the RSA key, unless <paramref name="change"/> alters it.</summary>
    public static string For(string subject, Action<JsonObject>? change = null, DateTimeOffset? now = null)
    {
        var claims = Claims(subject, now ?? TimeProvider.System.GetUtcNow());
        change?.Invoke(claims);
        return Signed(claims.ToJsonString());
    }

    /// <summary>Longer than any run of the tests.</summary>
    public static TimeSpan Lifetime => TimeSpan.FromHours(2);

    public static JsonObject Claims(string subject, DateTimeOffset now) => new()
    {
        ["sub"] = subject,
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
    };

    public static string Signed(string claims, RSA? key = null) =>
        Token("""{"alg":"RS256","typ":"JWT"}""", claims, text => (key ?? Rsa).SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string SignedWithEc(string claims) =>
        Token("""{"alg":"ES256","typ":"JWT"}""", claims, text => Ec.SignData(text, HashAlgorithmName.SHA256));

    public static string Token(string header, string claims, Func<byte[], byte[]> sign)
    {
        var text = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    public static string GoodClaims(string subject = "alice") => JsonSerializer.Serialize(Claims(subject, TimeProvider.System.GetUtcNow()));

    public static string WriteFile(params string[] lines)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("orderflow-test-").FullName, "public.pem");
        File.WriteAllLines(path, lines);
        return path;
    }
}
