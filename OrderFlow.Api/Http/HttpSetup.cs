using OrderFlow.Api.Errors;

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

    /// <summary>How long a client may take to send the headers of a request.</summary>
    public static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(10);

    /// <summary>Bounds the server, and registers JSON and problem details.</summary>
    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBytesDropped;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
        });
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ResponseJson.Default));
        builder.Services.AddErrorHandling();
    }
}
