using System.Reflection;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Auth;

/// <summary>The authenticated caller, as a parameter of an endpoint that requires a token.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="VerifiedEmail">The caller's mail address, where the token's issuer has verified it.</param>
internal sealed record CurrentCaller(Caller Caller, string? VerifiedEmail = null) : IBindableFromHttpContext<CurrentCaller>
{
    /// <inheritdoc/>
    public static ValueTask<CurrentCaller?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult(
        context.User.Identity is CallerIdentity identity ? new CurrentCaller(identity.Caller, identity.VerifiedEmail) : null);
}
