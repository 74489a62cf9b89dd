using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace OrderFlow.Api.Http;

/// <summary>
/// The id of a request, by which a caller's report, a log line and whatever stands before this program can be brought together. It is the request's
/// <see cref="HttpContext.TraceIdentifier"/>: the one that the caller sent, or else the server's own.
/// </summary>
internal static class RequestIds
{
    /// <summary>The header in which an id is taken, and given back.</summary>
    public const string Header = "X-Request-Id";

    /// <summary>The most characters an id may have.</summary>
    public const int MaxLength = 128;

    /// <summary>What ids are made of: nothing that could end a log line, a header or a string in JSON, or mean something to a shell's reader.</summary>
    private static readonly SearchValues<char> Safe = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:+/=#@");

    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("RequestId:{RequestId}");

    /// <summary>
    /// Takes callers' ids. The host's log scope has the server's own id at no further cost; only an id that was sent needs a scope of its own, which is
    /// written out where something is logged.
    /// </summary>
    public static void UseRequestIds(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestIds).FullName!);
        app.Use((context, next) => Sent(context.Request.Headers[Header]) is { } id ? WithId(id, context, next, log) : next(context));
    }

    /// <summary>The id that was sent; null where there is none, several, or one that is not fit to be repeated.</summary>
    private static string? Sent(StringValues values) =>
        values is [{ Length: > 0 and <= MaxLength } id] && !id.AsSpan().ContainsAnyExcept(Safe) ? id : null;

    private static async Task WithId(string id, HttpContext context, RequestDelegate next, ILogger log)
    {
        context.TraceIdentifier = id;
        using (Scope(log, id)) await next(context);
    }
}
