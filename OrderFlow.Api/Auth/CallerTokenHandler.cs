using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.Auth;

/// <summary>Checks bearer tokens: first whether this very token was found good before, else its signature, issuer, audience, times and subject.</summary>
internal sealed class CallerTokenHandler(VerifiedTokens verified) : TokenHandler
{
    /// <summary>The longest token that is looked at, in characters; ours have about 700.</summary>
    public const int LongestToken = 4096;

    private readonly JsonWebTokenHandler _signed = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };

    /// <inheritdoc/>
    public override SecurityToken ReadToken(string token) => _signed.ReadToken(token);

    /// <inheritdoc/>
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (token.Length > LongestToken) return Refuse("The token is too long.");

        var hash = TokenHash.Of(token);
        if (verified.Find(hash) is { } known) return Accept(known);

        var result = await _signed.ValidateTokenAsync(token, validationParameters);
        if (!result.IsValid) return result;
        if (CallerIdentity.Of(result.ClaimsIdentity) is not { } identity) return Refuse("The token's sub is no user id.");

        var fresh = new VerifiedToken(identity, new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero));
        verified.Remember(hash, fresh);
        return Accept(fresh);
    }

    private static TokenValidationResult Accept(VerifiedToken token) =>
        new() { IsValid = true, ClaimsIdentity = token.Identity, SecurityToken = new Times(token.ExpiresAt.UtcDateTime) };

    private static TokenValidationResult Refuse(string why) =>
        new() { IsValid = false, Exception = new SecurityTokenValidationException(why) };

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
