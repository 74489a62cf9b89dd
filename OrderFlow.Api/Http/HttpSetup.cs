using System.Text.Json.Serialization;
using OrderFlow.Api.Errors;
using OrderFlow.ServiceDefaults.Http;

namespace OrderFlow.Api.Http;

/// <summary>Configures the server's limits and how responses are written.</summary>
internal static class HttpSetup
{
    /// <summary>The most connections that are served at once.</summary>
    public const int MaxConnections = 10_000;

    /// <summary>
    /// The most bytes of a body that are received; those above <see cref="JsonBody.MaxBytes"/> are discarded. Most clients send the whole body before they
    /// read the response, and would otherwise find a broken connection instead of the 413.
    /// </summary>
    public const int MaxDiscardedBytes = 16 * 1024 * 1024;

    /// <summary>The most bytes of a request line; beyond it the server answers a bare 414. <see cref="RequestLimits.MaxUrlLength"/> is less.</summary>
    public const int MaxRequestLineBytes = 8 * 1024;

    /// <summary>The most headers of a request; beyond it the server answers a bare 431.</summary>
    public const int MaxHeaders = 100;

    /// <summary>The most bytes of all headers together; beyond it the server answers a bare 431.</summary>
    public const int MaxHeaderBytes = 32 * 1024;

    /// <summary>How long a client may take to send the headers.</summary>
    public static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Limits the server, and registers JSON, problem details, CORS and the limits of requests.</summary>
    public static void AddHttp(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxDiscardedBytes;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ResponseJson.Default);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;   // OpenAPI would otherwise allow numbers as text
        });
        builder.Services.AddHeadRequests();
        builder.Services.AddExceptionHandling();
        builder.Services.AddRequestLimits();
        builder.Services.AddCorsOrigins();
        builder.Services.AddRateLimitPerUser();
    }
}
