using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>A token is rejected by one of this program's own rules.</summary>
/// <param name="message">A sentence for the client: printable ASCII without quotes (RFC 6750 §3).</param>
internal sealed class TokenRejectedException(string message) : SecurityTokenValidationException(message);

/// <summary>Says in <c>WWW-Authenticate</c> why a token was rejected, where the library does not; answers 503 where the provider's keys are missing.</summary>
internal sealed class BearerTokenEvents : JwtBearerEvents
{
    /// <summary>The description for a token that the library cannot read or has no description for.</summary>
    public const string Unreadable = "The token must be a JWT, signed with RS256 or ES256, whose claims have their types.";

    /// <summary>The library would name an audience that it did not read.</summary>
    public const string WrongAudience = "The token's audience (aud) is not this service.";

    /// <summary>The library reports every signature that it did not verify as one whose key is unknown.</summary>
    public const string WrongSignature = "The token's signature does not verify with RS256 or ES256 and a key that is accepted here.";

    /// <summary>Leaves the token unread where nobody asks who calls: a health check must not wait for keys because of one.</summary>
    public override Task MessageReceived(MessageReceivedContext context)
    {
        if (context.HttpContext.GetEndpoint()?.Metadata is { } metadata && metadata.GetMetadata<IAuthorizeData>() is not null && metadata.GetMetadata<IAllowAnonymous>() is null)
            return base.MessageReceived(context);

        context.NoResult();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task Challenge(JwtBearerChallengeContext context)
    {
        if (context.AuthenticateFailure is SigningKeysUnavailableException)
        {
            // Not a 401: that would make clients discard tokens that are valid.
            context.HandleResponse();
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            return Task.CompletedTask;
        }

        context.ErrorDescription = context.AuthenticateFailure switch
        {
            TokenRejectedException rejected => rejected.Message,
            SecurityTokenInvalidAudienceException => WrongAudience,
            SecurityTokenInvalidAlgorithmException or SecurityTokenSignatureKeyNotFoundException => WrongSignature,
            not null when string.IsNullOrEmpty(context.ErrorDescription) => Unreadable,
            _ => context.ErrorDescription,
        };
        return base.Challenge(context);
    }
}
