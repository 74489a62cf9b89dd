using System.Globalization;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Silo.Dashboard;

/// <summary>Signs a browser, which cannot send an Authorization header, in to the dashboard: an admin pastes a bearer token into a page.</summary>
internal static class SignInEndpoints
{
    private const string Path = "/sign-in";
    private const string TokenField = "token";

    private static readonly string TokenTooLong = string.Create(
        CultureInfo.InvariantCulture, $"This token has more than {DashboardCookie.MaxTokenLength:N0} characters and does not fit a cookie. Send it as a bearer token instead.");

    private const int MaxFormBytes = 16 * 1024;

    /// <summary>Maps <c>/sign-in</c> and <c>/sign-out</c>.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpContext context) => SignInPage.Write(context, StatusCodes.Status200OK, error: null)).AllowAnonymous();
        routes.MapPost(Path, Post).AllowAnonymous().WithMetadata(new RequestSizeLimitAttribute(MaxFormBytes)).DisableAntiforgery();
        routes.MapMethods("/sign-out", [HttpMethods.Get, HttpMethods.Post], SignOut).AllowAnonymous().DisableAntiforgery();
    }

    /// <summary>Redirects a browser that opens the dashboard without a token to the page; other clients get a 401.</summary>
    public static Task RedirectBrowser(JwtBearerChallengeContext context)
    {
        var opensPage = HttpMethods.IsGet(context.Request.Method)
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        if (!opensPage) return Task.CompletedTask;

        context.HandleResponse();
        context.Response.Redirect(Path);
        return Task.CompletedTask;
    }

    private static async Task Post(HttpContext context, BearerTokenHandler tokens, IOptionsMonitor<JwtBearerOptions> bearer)
    {
        var token = IsCrossSite(context.Request) ? null : await ReadToken(context.Request);
        var result = token is { Length: > 0 and <= DashboardCookie.MaxTokenLength }
            ? await tokens.ValidateTokenAsync(token, bearer.Get(JwtBearerDefaults.AuthenticationScheme).TokenValidationParameters)
            : null;
        (int Status, string Error)? refusal = (token, result) switch
        {
            (null, _) => (StatusCodes.Status403Forbidden, "Sign in from this page, not from another site."),
            ("", _) => (StatusCodes.Status400BadRequest, "Paste a bearer token."),
            (_, null) => (StatusCodes.Status400BadRequest, TokenTooLong),
            (_, { Exception: SigningKeysUnavailableException }) => (StatusCodes.Status503ServiceUnavailable, "The identity provider's keys cannot be fetched. Try again in a moment."),
            (_, { IsValid: false }) => (StatusCodes.Status401Unauthorized, "This token is not accepted. It may have expired or be for another system."),
            (_, { ClaimsIdentity: not CallerIdentity { Caller.IsAdmin: true } }) => (StatusCodes.Status403Forbidden, "This token is valid, but the dashboard is for admins only."),
            _ => null,
        };
        if (refusal is var (status, error))
        {
            await SignInPage.Write(context, status, error);
            return;
        }

        DashboardCookie.Set(context, token!, result!.SecurityToken.ValidTo);
        context.Response.Redirect($"{DashboardSetup.Path}/");
    }

    private static Task SignOut(HttpContext context)
    {
        if (IsCrossSite(context.Request))
            return SignInPage.Write(context, StatusCodes.Status403Forbidden, "Sign out from this page, not from another site.");

        DashboardCookie.Clear(context);
        context.Response.Redirect(Path);
        return Task.CompletedTask;
    }

    private static async Task<string> ReadToken(HttpRequest request)
    {
        if (!request.HasFormContentType) return "";
        try
        {
            var form = await request.ReadFormAsync();
            return form[TokenField].ToString().Trim();
        }
        catch (InvalidDataException)
        {
            return "";
        }
    }

    // No other site may sign a user in or out. Clients that send neither header are no browsers and hold no cookie.
    private static bool IsCrossSite(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site) return site is not ("same-origin" or "none");
        return request.Headers.Origin.ToString() is { Length: > 0 } origin
            && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}
