using Microsoft.Extensions.Options;

namespace OrderFlow.Auth;

/// <summary>Which bearer tokens are accepted: the section <c>Auth</c> of the configuration. There are no defaults.</summary>
internal sealed class AuthOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Auth";

    /// <summary>The <c>iss</c> a token must have.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> a token must have.</summary>
    public string? Audience { get; set; }

    /// <summary>A PEM file with one or several public keys, RSA for RS256 or EC P-256 for ES256; a token must be signed by one of them.</summary>
    public string? PublicKeyFile { get; set; }
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
        else if (PublicKeys.Load(options.PublicKeyFile).Objection is { } objection)
            failures.Add($"Auth__PublicKeyFile: {objection}");

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
