using System.Text.Json.Serialization;
using OrderFlow.Api.Errors;
using OrderFlow.ServiceDefaults.Http;

namespace OrderFlow.Api.Http;

/// <summary>The server's bounds, and how answers are written.</summary>
internal static class HttpSetup
{
    /// <summary>The most connections that are served at once.</summary>
    public const int MostConnections = 10_000;

    /// <summary>
    /// The most bytes of a refused body that are still read, and dropped: most clients send all of a body before they look for the answer, and would
    /// otherwise find a broken connection in place of the 413. What is kept of a body is bounded by <see cref="JsonBody.LongestBytes"/>.
    /// </summary>
    public const int MostBytesDropped = 16 * 1024 * 1024;

    /// <summary>The most bytes of a request's first line; beyond it the server answers a bare 414. <see cref="RequestBounds.LongestAddress"/> is less.</summary>
    public const int LongestFirstLine = 8 * 1024;

    /// <summary>The most headers of a request; beyond it the server answers a bare 431.</summary>
    public const int MostHeaders = 100;

    /// <summary>The most bytes of all headers of a request together; beyond it the server answers a bare 431.</summary>
    public const int MostHeaderBytes = 32 * 1024;

    /// <summary>How long a client may take to send the headers of a request.</summary>
    public static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(10);

    /// <summary>Bounds the server, and registers JSON, problem details and the bounds of requests.</summary>
    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBytesDropped;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
            kestrel.Limits.MaxRequestLineSize = LongestFirstLine;
            kestrel.Limits.MaxRequestHeaderCount = MostHeaders;
            kestrel.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ResponseJson.Default);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;   // numbers are never texts, and the API's description says so
        });
        builder.Services.AddHeadRequests();
        builder.Services.AddErrorHandling();
        builder.Services.AddRequestBounds();
        builder.Services.AddCorsOrigins();
        builder.Services.AddRateLimitPerUser();
    }
}
