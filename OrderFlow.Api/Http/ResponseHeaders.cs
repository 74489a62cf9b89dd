using Microsoft.Extensions.Primitives;

namespace OrderFlow.Api.Http;

/// <summary>
/// Adds the headers that every response has, errors included: they keep browsers from running or framing it, keep caches from storing it, and name its request.
/// <c>Strict-Transport-Security</c> is set by whatever terminates TLS in front of this program.
/// </summary>
internal static class ResponseHeaders
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues Deny = "DENY";
    private static readonly StringValues NoStore = "no-store";

    /// <summary>A response of the API is data: a browser that shows it as a page may load, run and frame nothing.</summary>
    private static readonly StringValues DataOnly = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Adds the headers. An endpoint that sets <c>Content-Security-Policy</c> or <c>Cache-Control</c> itself, as one that serves a page must, keeps its own.
    /// </summary>
    public static void UseResponseHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // When the response starts, because the exception handler removes all headers set before.
        context.Response.OnStarting(Add, context);
        return next(context);
    });

    private static Task Add(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers[RequestIds.Header] = context.TraceIdentifier;
        headers.XContentTypeOptions = NoSniff;
        headers.XFrameOptions = Deny;
        headers["Referrer-Policy"] = NoReferrer;
        if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = DataOnly;
        if (headers.CacheControl.Count == 0) headers.CacheControl = NoStore;
        return Task.CompletedTask;
    }
}
