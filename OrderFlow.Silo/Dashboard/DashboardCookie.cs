using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace OrderFlow.Silo.Dashboard;

/// <summary>Holds an admin's bearer token in a browser, until the token expires. It is checked with every request as a token in a header is.</summary>
internal static class DashboardCookie
{
    /// <summary>The longest token that fits a cookie in every browser (RFC 6265 §6.1), its name and attributes included.</summary>
    public const int LongestToken = 3_800;

    private const string Name = "orderflow-dashboard";

    /// <summary>Gives a request's cookie to the bearer scheme where there is no header.</summary>
    public static Task Offer(MessageReceivedContext context)
    {
        if (context.Request.Headers.Authorization.Count == 0) context.Token = context.Request.Cookies[Name];
        return Task.CompletedTask;
    }

    /// <summary>Has the browser keep a token.</summary>
    public static void Set(HttpContext context, string token, DateTime expires) =>
        context.Response.Cookies.Append(Name, token, Attributes(context, expires));

    /// <summary>Has the browser forget it.</summary>
    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(Name, Attributes(context, expires: null));

    // Strict: no other site can make a browser show it. Sent to the dashboard alone.
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
