using System.Security.Claims;
using OrderFlow.Ids;

namespace OrderFlow.Auth;

/// <summary>Who a verified token speaks for. Made once for each token and never changed, so that requests may share it.</summary>
internal sealed class CallerIdentity : ClaimsIdentity
{
    /// <summary>The claim that names the user.</summary>
    public const string UserClaim = "sub";

    /// <summary>The claim that names a role; a token may have several.</summary>
    public const string RoleClaim = "role";

    /// <summary>The role that may see and change everything.</summary>
    public const string AdminRole = "admin";

    private CallerIdentity(Caller caller, IEnumerable<Claim> claims)
        : base(claims, "Bearer", UserClaim, RoleClaim) => Caller = caller;

    /// <summary>The caller, as grains are told.</summary>
    public Caller Caller { get; }

    /// <summary>The caller of a token whose signature, issuer, audience and times are good; null where its <c>sub</c> cannot be a user id.</summary>
    public static CallerIdentity? Of(ClaimsIdentity verified)
    {
        // More than one sub, or one that is no text, names nobody.
        var subjects = verified.FindAll(UserClaim).ToArray();
        if (subjects is not [{ ValueType: ClaimValueTypes.String } subject]) return null;
        if (TextId.Objection(subject.Value, Limits.UserIdLength) is not null) return null;

        var isAdmin = verified.HasClaim(RoleClaim, AdminRole);
        var claims = new List<Claim>(capacity: 2) { new(UserClaim, subject.Value) };
        if (isAdmin) claims.Add(new Claim(RoleClaim, AdminRole));
        return new CallerIdentity(new Caller(subject.Value, isAdmin), claims);
    }
}
