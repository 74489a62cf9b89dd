using Microsoft.Extensions.Primitives;

namespace OrderFlow.Api.Http;

/// <summary>
/// The headers that every answer has, errors included. They are for what happens to an answer on its way: that no browser takes it for a page, a script or
/// a frame, that nothing between here and the caller keeps it, and that it can be asked about by its id.
/// <c>Strict-Transport-Security</c> is not among them: it belongs to whatever ends TLS before this program.
/// </summary>
internal static class ResponseHeaders
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues Deny = "DENY";
    private static readonly StringValues NoStore = "no-store";

    /// <summary>An answer of the API is data: a browser that shows it as a page may load, run and frame nothing.</summary>
    private static readonly StringValues NothingButData = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Adds the headers. An endpoint that sets <c>Content-Security-Policy</c> or <c>Cache-Control</c> itself, as one that serves a page must, keeps its own.
    /// </summary>
    public static void UseResponseHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // At the very end, because errors begin their answer by removing all headers that are there.
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
        if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = NothingButData;
        if (headers.CacheControl.Count == 0) headers.CacheControl = NoStore;
        return Task.CompletedTask;
    }
}
