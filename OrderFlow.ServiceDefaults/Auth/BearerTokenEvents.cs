using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>A token is rejected by one of this program's own rules.</summary>
/// <param name="message">A sentence for the client: printable ASCII without quotes (RFC 6750 §3).</param>
internal sealed class TokenRejectedException(string message) : SecurityTokenValidationException(message);

/// <summary>Says in <c>WWW-Authenticate</c> why a token was rejected, where the library does not.</summary>
internal sealed class BearerTokenEvents : JwtBearerEvents
{
    /// <summary>The description for a token that the library cannot read or has no description for.</summary>
    public const string Unreadable = "The token must be a JWT, signed with RS256 or ES256, whose claims have their types.";

    /// <inheritdoc/>
    public override Task Challenge(JwtBearerChallengeContext context)
    {
        if (context.AuthenticateFailure is TokenRejectedException rejected) context.ErrorDescription = rejected.Message;
        else if (context.AuthenticateFailure is not null && string.IsNullOrEmpty(context.ErrorDescription)) context.ErrorDescription = Unreadable;
        return base.Challenge(context);
    }
}
