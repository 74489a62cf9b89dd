using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrderFlow.Tests.Api;

/// <summary>A small OpenID Connect provider: it serves discovery and its keys, signs tokens, rotates keys, and can be away.</summary>
internal sealed class LoopbackProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, AsymmetricAlgorithm> _published = new();
    private int _made;

    private LoopbackProvider(WebApplication app) => _app = app;

    /// <summary>The issuer, and where discovery is.</summary>
    public string Authority => $"{_app.Urls.Single()}/realms/shop";

    public string JwksUri => $"{Authority}/certs";

    /// <summary>While true no request is answered.</summary>
    public bool IsAway { get; set; }

    /// <summary>The issuer that the discovery document names; null for its own.</summary>
    public string? NamedIssuer { get; set; }

    /// <summary>How often the keys were fetched.</summary>
    public int Fetches { get; private set; }

    /// <summary>The key id that tokens are signed with.</summary>
    public string Signer { get; set; } = "";

    /// <summary>The settings that make a program accept its tokens by discovery.</summary>
    public (string Key, string Value)[] Settings =>
        [("environment", "Development"), ("Auth:PublicKeyFile", ""), ("Auth:Issuer", ""), ("Auth:Authority", Authority)];

    public static async Task<LoopbackProvider> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var provider = new LoopbackProvider(builder.Build());
        provider._app.Use((context, next) =>
        {
            if (!provider.IsAway) return next(context);
            context.Abort();
            return Task.CompletedTask;
        });
        provider._app.MapGet("/realms/shop/.well-known/openid-configuration", () =>
            Results.Json(new { issuer = provider.NamedIssuer ?? provider.Authority, jwks_uri = provider.JwksUri }));
        provider._app.MapGet("/realms/shop/certs", provider.Certs);
        provider.Signer = provider.Publish();
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>Publishes a further key and returns its id; every other one is an EC key.</summary>
    public string Publish()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"key {++_made}");
        _published[id] = _made % 2 == 1 ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return id;
    }

    /// <summary>Publishes a new key and signs with it; the one before stays published.</summary>
    public string Rotate()
    {
        var before = Signer;
        Signer = Publish();
        return before;
    }

    /// <summary>Withdraws a key.</summary>
    public void Withdraw(string id) => Assert.True(_published.TryRemove(id, out _));

    /// <summary>A token of the provider, signed with its present key.</summary>
    public string Token(string subject, Action<JsonObject>? change = null, DateTimeOffset? now = null)
    {
        var claims = Tokens.Claims(subject, now ?? TimeProvider.System.GetUtcNow());
        claims["iss"] = Authority;
        change?.Invoke(claims);
        return SignedBy(Signer, _published[Signer], claims.ToJsonString());
    }

    /// <summary>A token signed with the present key, whose header has this JSON after <c>alg</c>.</summary>
    public string TokenWith(string header) => Signed(_published[Signer], Tokens.GoodClaims().Replace(Tokens.Issuer, Authority, StringComparison.Ordinal), header);

    /// <summary>A token that names a key id, signed with any key.</summary>
    public static string SignedBy(string keyId, AsymmetricAlgorithm key, string claims, string header = "") => Signed(key, claims, $$""","kid":"{{keyId}}"{{header}}""");

    /// <summary>A public key as JSON.</summary>
    public static JsonObject Jwk(string id, AsymmetricAlgorithm key)
    {
        var (rsa, ec) = (key as RSA)?.ExportParameters(false) is { } r ? (r, default) : (default(RSAParameters), ((ECDsa)key).ExportParameters(false));
        return key is RSA
            ? new() { ["kid"] = id, ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["n"] = Encode(rsa.Modulus!), ["e"] = Encode(rsa.Exponent!) }
            : new() { ["kid"] = id, ["kty"] = "EC", ["use"] = "sig", ["crv"] = "P-256", ["x"] = Encode(ec.Q.X!), ["y"] = Encode(ec.Q.Y!) };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static string Signed(AsymmetricAlgorithm key, string claims, string header) => key is RSA rsa
        ? Tokens.Token($$"""{"alg":"RS256"{{header}}}""", claims, text => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
        : Tokens.Token($$"""{"alg":"ES256"{{header}}}""", claims, text => ((ECDsa)key).SignData(text, HashAlgorithmName.SHA256));

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private IResult Certs()
    {
        Fetches++;
        return Results.Text(new JsonObject { ["keys"] = new JsonArray([.. _published.Select(key => (JsonNode)Jwk(key.Key, key.Value))]) }.ToJsonString(), "application/json");
    }
}
