using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>A token is not accepted, for a reason of this program's own.</summary>
/// <param name="message">A sentence that may be told to whoever sent it: printable ASCII without quotes (RFC 6750 §3).</param>
internal sealed class TokenRejectedException(string message) : SecurityTokenValidationException(message);

/// <summary>Says in <c>WWW-Authenticate</c> what is wrong with a refused token; the library does so for its own reasons.</summary>
internal sealed class BearerTokenEvents : JwtBearerEvents
{
    /// <summary>What is wrong with a token that the library cannot read, or for which it has no words.</summary>
    public const string Unreadable = "The token must be a JWT, signed with RS256 or ES256, whose claims have their types.";

    /// <inheritdoc/>
    public override Task Challenge(JwtBearerChallengeContext context)
    {
        if (context.AuthenticateFailure is TokenRejectedException refused) context.ErrorDescription = refused.Message;
        else if (context.AuthenticateFailure is not null && string.IsNullOrEmpty(context.ErrorDescription)) context.ErrorDescription = Unreadable;
        return base.Challenge(context);
    }
}
