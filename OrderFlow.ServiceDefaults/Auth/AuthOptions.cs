using System.ComponentModel.DataAnnotations;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Which bearer tokens are accepted, and what their roles are called: the section <c>Auth</c>. Exactly one source of keys must be set.</summary>
internal sealed class AuthOptions : IValidatableObject
{
    public const string Section = "Auth";

    private const string NoKeys = "Auth__PublicKeyFile is not set, nor Auth__Authority or Auth__JwksUri: one of them must say with which keys bearer tokens are signed.";

    /// <summary>The <c>iss</c> a token must have; unset with <see cref="Authority"/>, whose discovery document names it.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> a token must have.</summary>
    public string? Audience { get; set; }

    /// <summary>A PEM file with one or several public keys, RSA for RS256 or EC P-256 for ES256; a token must be signed for one of them.</summary>
    public string? PublicKeyFile { get; set; }

    /// <summary>The address of an OpenID Connect provider, without <c>/.well-known/openid-configuration</c>, which names its keys.</summary>
    public string? Authority { get; set; }

    /// <summary>The address of a JSON Web Key Set (RFC 7517), for a provider without discovery.</summary>
    public string? JwksUri { get; set; }

    /// <summary>How often a provider's keys are fetched: the longest that a withdrawn key stays accepted while the provider answers.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan JwksRefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The leeway for <c>exp</c>, <c>nbf</c> and <c>iat</c>: beyond ten minutes expired tokens would be as good as valid ones.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The claim that holds a role or a list of them: its name, or its path in nested claims, as <c>realm_access.roles</c>.</summary>
    [Required, RegularExpression(@"[\x21\x23-\x5B\x5D-\x7E]{1,200}", ErrorMessage = "must have 1 to 200 printable ASCII characters without spaces, quotes and backslashes")]
    public string RoleClaim { get; set; } = "role";

    /// <summary>The role that may see and change everything.</summary>
    [Required]
    public string AdminRole { get; set; } = "admin";

    /// <summary>The role that may see all orders, and confirm them.</summary>
    [Required]
    public string PaymentsRole { get; set; } = "payments";

    /// <summary>The role that may see all orders, and fulfil them.</summary>
    [Required]
    public string FulfilmentRole { get; set; } = "fulfilment";

    /// <summary>Whether a provider's addresses may be http, where whoever is on the way can forge keys: in development only.</summary>
    internal bool AllowsHttp { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string[] sources = [.. KeySources().Select(source => source.Name)];
        if (string.IsNullOrWhiteSpace(Issuer) && !sources.Contains(nameof(Authority)))
            yield return new("Auth__Issuer is not set: it is the issuer (iss) of the bearer tokens to accept.", [nameof(Issuer)]);
        if (string.IsNullOrWhiteSpace(Audience)) yield return new("Auth__Audience is not set: it is the audience (aud) of the bearer tokens to accept.", [nameof(Audience)]);
        if (sources.Length == 0) yield return new(NoKeys, [nameof(PublicKeyFile)]);
        if (sources.Length > 1) yield return new("only one of these may be set: each says with which keys bearer tokens are signed", sources);
        foreach (var (name, value) in KeySources())
        {
            if ((name == nameof(PublicKeyFile) ? PublicKeys.Load(value).Error : ValidateAddress(value)) is { } error) yield return new(error, [name]);
        }
    }

    private IEnumerable<(string Name, string Value)> KeySources()
    {
        if (!string.IsNullOrWhiteSpace(PublicKeyFile)) yield return (nameof(PublicKeyFile), PublicKeyFile);
        if (!string.IsNullOrWhiteSpace(Authority)) yield return (nameof(Authority), Authority);
        if (!string.IsNullOrWhiteSpace(JwksUri)) yield return (nameof(JwksUri), JwksUri);
    }

    private string? ValidateAddress(string address) =>
        !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri is not { UserInfo.Length: 0, Fragment.Length: 0 } || (address == Authority && !IsAuthority(uri)) ? $"'{address}' is not a valid address, such as https://id.example/realms/shop"
        : !IsAllowed(uri) ? $"'{address}' must begin with https:// (http only where ASPNETCORE_ENVIRONMENT is Development)"
        : null;

    private static bool IsAuthority(Uri uri) => uri.Query.Length == 0 && !uri.AbsolutePath.EndsWith(IdentityProvider.DiscoveryPath, StringComparison.Ordinal);

    /// <summary>Whether keys may be fetched from the address.</summary>
    public bool IsAllowed(Uri address) => address.Scheme == Uri.UriSchemeHttps || (AllowsHttp && address.Scheme == Uri.UriSchemeHttp);
}
