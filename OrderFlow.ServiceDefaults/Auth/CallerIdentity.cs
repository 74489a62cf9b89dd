using System.Security.Claims;
using Microsoft.IdentityModel.Tokens;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>The caller that a verified token identifies. Created once per token and immutable, so requests may share it.</summary>
internal sealed class CallerIdentity : ClaimsIdentity
{
    /// <summary>The claim that holds the user's id.</summary>
    public const string UserClaim = "sub";

    private const string RoleClaim = "role";

    /// <summary>The role of <see cref="BearerTokens.AdminPolicy"/>, whatever tokens call it.</summary>
    public const string AdminRole = "admin";

    /// <summary>Creates the identity with only those claims that are read.</summary>
    public CallerIdentity(Caller caller, SecurityKey key, string? verifiedEmail = null)
        : base(ClaimsOf(caller), "Bearer", UserClaim, RoleClaim) => (Caller, Key, VerifiedEmail) = (caller, key, verifiedEmail);

    /// <summary>The caller as passed to grains.</summary>
    public Caller Caller { get; }

    /// <summary>The key that verified the token: once it is withdrawn, the token no longer counts.</summary>
    public SecurityKey Key { get; }

    /// <summary>The token's <c>email</c> where its <c>email_verified</c> is true; else null.</summary>
    public string? VerifiedEmail { get; }

    private static IEnumerable<Claim> ClaimsOf(Caller caller)
    {
        yield return new Claim(UserClaim, caller.UserId);
        if (caller.IsAdmin) yield return new Claim(RoleClaim, AdminRole);
    }
}
