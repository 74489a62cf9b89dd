using System.Globalization;
using Microsoft.Extensions.Options;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Which bearer tokens are accepted: the section <c>Auth</c> of the configuration. There are no defaults.</summary>
internal sealed class AuthOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Auth";

    /// <summary>The most that <see cref="ClockSkew"/> can be: beyond it tokens that have expired would be as good as others.</summary>
    public static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(10);

    /// <summary>The <c>iss</c> a token must have.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> a token must have.</summary>
    public string? Audience { get; set; }

    /// <summary>A PEM file with one or several public keys, RSA for RS256 or EC P-256 for ES256; a token must be signed by one of them.</summary>
    public string? PublicKeyFile { get; set; }

    /// <summary>How far the clocks of the issuer and of this program may be apart: leeway for <c>exp</c>, <c>nbf</c> and <c>iat</c> alike.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>Stops the program at start, with a sentence that names the variable, where tokens could not be checked.</summary>
internal sealed class AuthOptionsValidator : IValidateOptions<AuthOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        var failures = new List<string>();

        if (string.IsNullOrWhiteSpace(options.Issuer)) failures.Add("Auth__Issuer is not set: it is the issuer (iss) of the bearer tokens to accept.");
        if (string.IsNullOrWhiteSpace(options.Audience)) failures.Add("Auth__Audience is not set: it is the audience (aud) of the bearer tokens to accept.");
        if (string.IsNullOrWhiteSpace(options.PublicKeyFile))
            failures.Add("Auth__PublicKeyFile is not set: it is a PEM file with the RSA or EC public keys that bearer tokens are signed for.");
        else if (PublicKeys.Load(options.PublicKeyFile).Error is { } objection)
            failures.Add($"Auth__PublicKeyFile: {objection}");
        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > AuthOptions.MaxClockSkew)
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"Auth__ClockSkew: {options.ClockSkew} is not from {TimeSpan.Zero} to {AuthOptions.MaxClockSkew}."));

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
