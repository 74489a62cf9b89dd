using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace OrderFlow.Silo.Dashboard;

/// <summary>The sign-in page: HTML without scripts or external resources.</summary>
internal static class SignInPage
{
    private const string Style =
        "body{font-family:system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}" +
        "textarea{width:100%;box-sizing:border-box;font-family:monospace}" +
        "[role=alert]{color:#a00}";

    private static readonly string ContentSecurityPolicy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Responds with the page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The status of the response.</param>
    /// <param name="error">The error to show; null for none.</param>
    public static Task Write(HttpContext context, int status, string? error)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return response.WriteAsync(Html(error));
    }

    private static string Html(string? error) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>OrderFlow dashboard</title><style>{Style}</style></head>
        <body>
        <h1>OrderFlow dashboard</h1>
        {(error is null ? "" : $"<p role=\"alert\">{WebUtility.HtmlEncode(error)}</p>")}
        <form method="post" action="/sign-in">
        <p><label for="token">The bearer token of an admin</label></p>
        <p><textarea id="token" name="token" rows="8" required autofocus autocomplete="off" spellcheck="false"></textarea></p>
        <p><button type="submit">Sign in</button></p>
        </form>
        <form method="post" action="/sign-out"><p><button type="submit">Sign out</button></p></form>
        </body>
        </html>
        """;
}
