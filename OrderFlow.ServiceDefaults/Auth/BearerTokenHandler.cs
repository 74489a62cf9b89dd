using System.Globalization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Validates bearer tokens by signature, issuer, audience, times and subject; one that was accepted before comes from the cache.</summary>
internal sealed class BearerTokenHandler(SigningKeys keys, TokenClaims claims, VerifiedTokenCache verified, TimeProvider time) : TokenHandler
{
    /// <summary>The most characters of a token: half of what all headers together may have.</summary>
    public const int MaxTokenLength = 16 * 1024;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxTokenLength };

    /// <inheritdoc/>
    public override SecurityToken ReadToken(string token) => _handler.ReadToken(token);

    /// <inheritdoc/>
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (token.Length > MaxTokenLength)
            return Reject(string.Create(CultureInfo.InvariantCulture, $"The token has {token.Length} characters; it may have at most {MaxTokenLength}."));

        if (verified.Find(token) is { } known && keys.Current?.Holds(known.Identity.Key) == true) return Accept(known);

        var result = await Verify(token, validationParameters);
        if (!result.IsValid) return result;

        // RFC 7515 §4.1.11: a token with a critical extension that is not understood must be rejected. None is understood here.
        var jwt = (JsonWebToken)result.SecurityToken;
        if (jwt.TryGetHeaderValue<object>("crit", out _)) return Reject("The token's crit header names extensions that are not supported.");

        var skew = validationParameters.ClockSkew;
        var (caller, email, error) = claims.Read(jwt.EncodedPayload, time.GetUtcNow() + skew);
        if (caller is null) return Reject(error!);

        var expiresAt = new DateTimeOffset(BearerTokens.AddSaturating(jwt.ValidTo, skew), TimeSpan.Zero);
        var accepted = new VerifiedToken(new CallerIdentity(caller, jwt.SigningKey, email), expiresAt);
        verified.Add(token, accepted);
        return Accept(accepted);
    }

    /// <summary>Verifies the token with the known keys; where it may be signed with another, with those that the provider then has.</summary>
    private async Task<TokenValidationResult> Verify(string token, TokenValidationParameters parameters)
    {
        var known = keys.Current;   // before they are used: another request may replace them meanwhile
        var result = await _handler.ValidateTokenAsync(token, parameters);
        if (result.Exception is not SecurityTokenInvalidSignatureException || !keys.MayHaveMoreThan(known, (result.TokenOnFailedValidation as JsonWebToken)?.Kid)) return result;

        return await keys.Refresh()
            ? await _handler.ValidateTokenAsync(token, parameters)
            : new() { IsValid = false, Exception = new SigningKeysUnavailableException() };
    }

    private static TokenValidationResult Accept(VerifiedToken token) =>
        new() { IsValid = true, ClaimsIdentity = token.Identity, SecurityToken = new AcceptedToken(token.ExpiresAt.UtcDateTime) };

    private static TokenValidationResult Reject(string reason) =>
        new() { IsValid = false, Exception = new TokenRejectedException(reason) };

    /// <summary>Holds what the bearer scheme still reads of an accepted token: its times.</summary>
    private sealed class AcceptedToken(DateTime validTo) : SecurityToken
    {
        public override string Id => string.Empty;

        public override string Issuer => string.Empty;

        public override SecurityKey? SecurityKey => null;

        public override SecurityKey? SigningKey { get; set; }

        public override DateTime ValidFrom => DateTime.MinValue;

        public override DateTime ValidTo => validTo;
    }
}
