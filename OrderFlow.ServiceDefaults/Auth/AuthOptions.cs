using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Which bearer tokens are accepted: the section <c>Auth</c>. Only <see cref="ClockSkew"/> has a default.</summary>
internal sealed class AuthOptions : IValidatableObject
{
    public const string Section = "Auth";

    /// <summary>The upper bound of <see cref="ClockSkew"/>: beyond it expired tokens would be as good as valid ones.</summary>
    public static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(10);

    /// <summary>The <c>iss</c> a token must have.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> a token must have.</summary>
    public string? Audience { get; set; }

    /// <summary>A PEM file with one or several public keys, RSA for RS256 or EC P-256 for ES256; a token must be signed for one of them.</summary>
    public string? PublicKeyFile { get; set; }

    /// <summary>The leeway for <c>exp</c>, <c>nbf</c> and <c>iat</c>: how far the clocks of the issuer and of this program may differ.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Issuer)) yield return new("Auth__Issuer is not set: it is the issuer (iss) of the bearer tokens to accept.", [nameof(Issuer)]);
        if (string.IsNullOrWhiteSpace(Audience)) yield return new("Auth__Audience is not set: it is the audience (aud) of the bearer tokens to accept.", [nameof(Audience)]);
        if (string.IsNullOrWhiteSpace(PublicKeyFile))
            yield return new("Auth__PublicKeyFile is not set: it is a PEM file with the RSA or EC public keys that bearer tokens are signed for.", [nameof(PublicKeyFile)]);
        else if (PublicKeys.Load(PublicKeyFile).Error is { } error)
            yield return new(error, [nameof(PublicKeyFile)]);
        if (ClockSkew < TimeSpan.Zero || ClockSkew > MaxClockSkew)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{ClockSkew} is not from {TimeSpan.Zero} to {MaxClockSkew}."), [nameof(ClockSkew)]);
    }
}
