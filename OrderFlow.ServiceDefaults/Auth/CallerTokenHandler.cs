using System.Globalization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Checks bearer tokens: first whether this very token was found good before, else its signature, issuer, audience, times and subject.</summary>
internal sealed class CallerTokenHandler(VerifiedTokenCache verified, TimeProvider time) : TokenHandler
{
    /// <summary>The longest token that is looked at, in characters: half of what all headers together may have.</summary>
    public const int MaxTokenLength = 16 * 1024;

    private readonly JsonWebTokenHandler _signed = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxTokenLength };

    /// <inheritdoc/>
    public override SecurityToken ReadToken(string token) => _signed.ReadToken(token);

    /// <inheritdoc/>
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (token.Length > MaxTokenLength)
            return Refuse(string.Create(CultureInfo.InvariantCulture, $"The token has {token.Length} characters; it may have at most {MaxTokenLength}."));

        var hash = TokenHash.Of(token);
        if (verified.Find(hash) is { } known) return Accept(known);

        var result = await _signed.ValidateTokenAsync(token, validationParameters);
        if (!result.IsValid) return result;

        // RFC 7515 §4.1.11: whoever does not understand every extension that is named there must not take the token. None is understood here.
        var jwt = (JsonWebToken)result.SecurityToken;
        if (jwt.TryGetHeaderValue<object>("crit", out _)) return Refuse("The token needs extensions, by its crit, that are not known here.");

        var skew = validationParameters.ClockSkew;
        var (caller, objection) = TokenClaims.Read(jwt.EncodedPayload, time.GetUtcNow() + skew);
        if (caller is null) return Refuse(objection!);

        var fresh = new VerifiedToken(new CallerIdentity(caller), new DateTimeOffset(BearerTokens.AddSaturating(result.SecurityToken.ValidTo, skew), TimeSpan.Zero));
        verified.Add(hash, fresh);
        return Accept(fresh);
    }

    private static TokenValidationResult Accept(VerifiedToken token) =>
        new() { IsValid = true, ClaimsIdentity = token.Identity, SecurityToken = new Times(token.ExpiresAt.UtcDateTime) };

    private static TokenValidationResult Refuse(string why) =>
        new() { IsValid = false, Exception = new TokenRejectedException(why) };

    /// <summary>All that the bearer scheme still asks of a token once it is verified.</summary>
    private sealed class Times(DateTime validTo) : SecurityToken
    {
        public override string Id => string.Empty;

        public override string Issuer => string.Empty;

        public override SecurityKey? SecurityKey => null;

        public override SecurityKey? SigningKey { get; set; }

        public override DateTime ValidFrom => DateTime.MinValue;

        public override DateTime ValidTo => validTo;
    }
}
