using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Http;

/// <summary>The server's bounds, and how answers are written.</summary>
internal static class HttpSetup
{
    /// <summary>The most connections that are served at once.</summary>
    public const int MostConnections = 10_000;

    /// <summary>How long a client may take to send the headers of a request.</summary>
    public static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(10);

    /// <summary>Bounds the server, and registers JSON and problem details.</summary>
    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = JsonBody.LongestBytes * 2;   // it counts the framing of chunks too; the exact bound is JsonBody's
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
        });
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ResponseJson.Default));
        builder.Services.AddErrorHandling();
    }
}
