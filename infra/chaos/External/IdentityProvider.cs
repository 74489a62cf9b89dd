using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrderFlow.Chaos.External;

/// <summary>Publishes the key of <c>infra/token.sh</c> as a JSON Web Key Set.</summary>
internal sealed class IdentityProvider(WebApplication app) : IAsyncDisposable
{
    public Uri JwksUri => new($"{app.Urls.Single()}/keys");

    public static async Task<IdentityProvider> Start(string publicKeyFile, Func<bool> isAway)
    {
        using var key = RSA.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(publicKeyFile));
        var numbers = key.ExportParameters(includePrivateParameters: false);
        var keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", n = Base64Url.EncodeToString(numbers.Modulus), e = Base64Url.EncodeToString(numbers.Exponent) } };

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/keys", (HttpContext context) =>
        {
            if (!isAway()) return Results.Json(new { keys });
            context.Abort();
            return Results.Empty;
        });
        await app.StartAsync();
        return new(app);
    }

    public Task WaitForShutdown() => app.WaitForShutdownAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
