using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>The public keys in a PEM file, or why the file is not valid.</summary>
/// <param name="Keys">The keys; empty if there is an error.</param>
/// <param name="Error">A sentence for the operator; null if the keys are valid.</param>
internal sealed record PublicKeys(IReadOnlyList<SecurityKey> Keys, string? Error)
{
    /// <summary>The smallest RSA key that is accepted (RFC 7518 §3.3).</summary>
    public const int MinRsaBits = 2048;

    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Reads all keys of a file. A file that holds anything else, above all a private key, is rejected as a whole.</summary>
    public static PublicKeys Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Reject($"the file {path} cannot be read ({(File.Exists(path) ? "no permission" : "no such file")}).");
        }

        return Parse(text, path);
    }

    /// <summary>Reads the keys of a PEM text; <paramref name="source"/> names it in the error.</summary>
    public static PublicKeys Parse(ReadOnlySpan<char> pem, string source)
    {
        var keys = new List<SecurityKey>();

        while (PemEncoding.TryFind(pem, out var block))
        {
            var label = pem[block.Label];
            if (label.Contains("PRIVATE KEY", StringComparison.Ordinal))
                return Reject($"the file {source} holds a private key; only the public half belongs here.");

            var der = Convert.FromBase64String(pem[block.Base64Data].ToString());
            if (Read(label, der) is not { } key)
                return Reject($"the file {source} holds something that is neither an RSA public key nor an EC public key on P-256 ({label}).");
            if (key is RsaSecurityKey { KeySize: < MinRsaBits })
                return Reject($"the file {source} holds an RSA key of {key.KeySize} bits; {MinRsaBits} is the minimum.");

            keys.Add(key);
            pem = pem[block.Location.End..];
        }

        return keys.Count == 0 ? Reject($"the file {source} holds no public key in PEM form.") : new PublicKeys(keys, null);
    }

    private static SecurityKey? Read(ReadOnlySpan<char> label, byte[] der)
    {
        try
        {
            if (label is "RSA PUBLIC KEY")
            {
                var rsa = RSA.Create();
                rsa.ImportRSAPublicKey(der, out _);
                return new RsaSecurityKey(rsa);
            }

            if (label is not "PUBLIC KEY") return null;

            var key = PublicKey.CreateFromSubjectPublicKeyInfo(der, out _);
            if (key.GetRSAPublicKey() is { } rsaKey) return new RsaSecurityKey(rsaKey);
            if (key.Oid.Value != EcPublicKey || key.GetECDsaPublicKey() is not { } ecKey) return null;
            return ecKey.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == P256 ? new ECDsaSecurityKey(ecKey) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static PublicKeys Reject(string error) => new([], error);
}
