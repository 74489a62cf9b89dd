using System.Security.Claims;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Who a verified token speaks for. Made once for each token and never changed, so that requests may share it.</summary>
internal sealed class CallerIdentity : ClaimsIdentity
{
    /// <summary>The claim that names the user.</summary>
    public const string UserClaim = "sub";

    /// <summary>The claim that names a role; a token may have several.</summary>
    public const string RoleClaim = "role";

    /// <summary>The role that may see and change everything.</summary>
    public const string AdminRole = "admin";

    /// <summary>The identity of a caller, with those claims that are asked for.</summary>
    public CallerIdentity(Caller caller)
        : base(ClaimsOf(caller), "Bearer", UserClaim, RoleClaim) => Caller = caller;

    /// <summary>The caller, as grains are told.</summary>
    public Caller Caller { get; }

    private static IEnumerable<Claim> ClaimsOf(Caller caller)
    {
        yield return new Claim(UserClaim, caller.UserId);
        if (caller.IsAdmin) yield return new Claim(RoleClaim, AdminRole);
    }
}
