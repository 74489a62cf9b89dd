using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Fetches the keys of an OpenID Connect provider. What tokens themselves name as the place of their key (jku, x5u) is never asked.</summary>
internal sealed class IdentityProvider(IOptions<AuthOptions> options) : IDisposable
{
    /// <summary>How long a fetch may take, discovery included. Requests wait for it.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public const string DiscoveryPath = "/.well-known/openid-configuration";
    private const int MaxDocumentBytes = 1024 * 1024;

    // No redirects: the address of keys is the operator's choice. Connections are renewed, to follow the provider's DNS.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        MaxResponseContentBufferSize = MaxDocumentBytes,
    };

    /// <summary>The address that is asked first, for logs.</summary>
    public string Address => !string.IsNullOrWhiteSpace(options.Value.JwksUri) ? options.Value.JwksUri : $"{options.Value.Authority!.TrimEnd('/')}{DiscoveryPath}";

    /// <exception cref="HttpRequestException">The provider cannot be reached or answers an error.</exception>
    /// <exception cref="OperationCanceledException">It did not answer in time.</exception>
    /// <exception cref="InvalidDataException">What it answers cannot be used.</exception>
    public async Task<KeySet> FetchKeys()
    {
        using var timeout = new CancellationTokenSource(Timeout);
        if (string.IsNullOrWhiteSpace(options.Value.Authority)) return new(options.Value.Issuer!, await FetchJwks(Address, timeout.Token));

        var provider = ReadDiscovery(await _http.GetStringAsync(new Uri(Address), timeout.Token));
        return new(IssuerOf(provider.Issuer), await FetchJwks(provider.JwksUri, timeout.Token));
    }

    public void Dispose() => _http.Dispose();

    private async Task<IReadOnlyList<SecurityKey>> FetchJwks(string address, CancellationToken cancellationToken) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && options.Value.IsAllowed(uri)
            ? JsonWebKeys.Parse(await _http.GetStringAsync(uri, cancellationToken))
            : throw new InvalidDataException($"its jwks_uri '{address}' is not an https address");

    private static OpenIdConnectConfiguration ReadDiscovery(string json)
    {
        try
        {
            return OpenIdConnectConfiguration.Create(json);
        }
        catch (Exception error)   // whatever the library throws for what is no such document
        {
            throw new InvalidDataException("the response is not a discovery document", error);
        }
    }

    /// <summary>OpenID Connect Discovery §4.3: the document of an issuer must name that issuer, or one provider could speak for another.</summary>
    private string IssuerOf(string? named)
    {
        if (!string.IsNullOrWhiteSpace(options.Value.Issuer)) return options.Value.Issuer;
        return named?.TrimEnd('/') == options.Value.Authority!.TrimEnd('/')
            ? named
            : throw new InvalidDataException($"its discovery document is of the issuer '{named}'; set Auth__Issuer to that if it is the right one");
    }
}
