using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace OrderFlow.Silo.Dashboard;

/// <summary>Stores an admin's bearer token in a browser until the token expires. Each request validates it like a token in a header.</summary>
internal static class DashboardCookie
{
    /// <summary>The longest token for which every browser accepts the cookie, with its name and attributes (RFC 6265 §6.1).</summary>
    public const int MaxTokenLength = 3_800;

    private const string Name = "orderflow-dashboard";

    /// <summary>Passes the cookie's token to the bearer scheme where the request has no Authorization header.</summary>
    public static Task ReadToken(MessageReceivedContext context)
    {
        if (context.Request.Headers.Authorization.Count == 0) context.Token = context.Request.Cookies[Name];
        return Task.CompletedTask;
    }

    /// <summary>Sets the cookie.</summary>
    public static void Set(HttpContext context, string token, DateTime expires) =>
        context.Response.Cookies.Append(Name, token, Attributes(context, expires));

    /// <summary>Deletes the cookie.</summary>
    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(Name, Attributes(context, expires: null));

    // Strict: requests that another site causes do not carry it. The path limits it to the dashboard.
    private static CookieOptions Attributes(HttpContext context, DateTime? expires) => new()
    {
        Path = DashboardSetup.Path,
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        IsEssential = true,
        Expires = expires is { } end ? new DateTimeOffset(end, TimeSpan.Zero) : null,
    };
}
