using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace OrderFlow.Api.Http;

/// <summary>
/// Identifies a request in the caller's report, the log and the proxies in front of this program. The id is the request's
/// <see cref="HttpContext.TraceIdentifier"/>: the one that the caller sent, or the server's own.
/// </summary>
internal static class RequestIds
{
    /// <summary>The header that carries the id in requests and responses.</summary>
    public const string Header = "X-Request-Id";

    /// <summary>The most characters of an id.</summary>
    public const int MaxLength = 128;

    /// <summary>Characters that cannot end a log line, a header or a JSON string, and mean nothing to a shell.</summary>
    private static readonly SearchValues<char> Safe = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:+/=#@");

    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("RequestId:{RequestId}");

    /// <summary>Takes over callers' ids. Only they need a log scope: the host's own scope already holds the server's id.</summary>
    public static void UseRequestIds(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestIds).FullName!);
        app.Use((context, next) => Parse(context.Request.Headers[Header]) is { } id ? RunWithId(id, context, next, log) : next(context));
    }

    /// <summary>The id that was sent; null if there is none, several, or one with unsafe characters.</summary>
    private static string? Parse(StringValues values) =>
        values is [{ Length: > 0 and <= MaxLength } id] && !id.AsSpan().ContainsAnyExcept(Safe) ? id : null;

    private static async Task RunWithId(string id, HttpContext context, RequestDelegate next, ILogger log)
    {
        context.TraceIdentifier = id;
        using (Scope(log, id)) await next(context);
    }
}
