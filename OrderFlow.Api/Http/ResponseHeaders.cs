namespace OrderFlow.Api.Http;

/// <summary>
/// Adds the headers that every response has: they keep browsers from running or framing it, keep caches from storing it, and name its request.
/// <c>Strict-Transport-Security</c> is set by the proxy that terminates TLS.
/// </summary>
internal static class ResponseHeaders
{
    /// <summary>A response of the API is data: a browser that shows it as a page may load, run and frame nothing.</summary>
    private const string DataOnly = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Adds the headers. An endpoint that sets <c>Content-Security-Policy</c> or <c>Cache-Control</c> itself keeps its own.</summary>
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
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = DataOnly;
        if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
