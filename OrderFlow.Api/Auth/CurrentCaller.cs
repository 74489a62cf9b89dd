using System.Reflection;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Auth;

/// <summary>The caller of this request, as a parameter of an endpoint that requires a token.</summary>
/// <param name="Caller">Who calls.</param>
internal sealed record CurrentCaller(Caller Caller) : IBindableFromHttpContext<CurrentCaller>
{
    /// <inheritdoc/>
    public static ValueTask<CurrentCaller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult(context.User.Identity is CallerIdentity identity ? new CurrentCaller(identity.Caller) : null);
}
