using Microsoft.Net.Http.Headers;
using OrderFlow.Api.Errors;
using OrderFlow.Api.OpenApi;

namespace OrderFlow.Api.Http;

/// <summary>
/// Refuses a header that makes a request conditional or repeatable, where the operation does not take it (<see cref="AcceptedHeaders"/>): a client that was
/// answered as if it were honoured would believe that nothing was overwritten, or done twice.
/// </summary>
internal static class UnsupportedHeaders
{
    private const string IdempotencyKey = Orders.IdempotencyKey.Header;

    /// <summary>What is wrong with such a header.</summary>
    public const string Error = "is not supported by this operation";

    /// <summary>
    /// Demands that hold for reads, too (RFC 9110 §13.1.1). The others mean nothing there: where there is no entity tag none can match, and a read may always
    /// be repeated. <c>Range</c> and <c>Prefer</c> may be ignored everywhere (RFC 9110 §14.2, RFC 7240 §2), and the answer shows it.
    /// </summary>
    private static readonly string[] OfReads = [HeaderNames.IfMatch];

    private static readonly string[] OfChanges = [HeaderNames.IfMatch, HeaderNames.IfNoneMatch, HeaderNames.IfUnmodifiedSince, IdempotencyKey];

    /// <summary>Places the refusal: behind authorization, since preconditions come after all other checks of who may ask (RFC 9110 §13.2.1).</summary>
    public static void UseUnsupportedHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint) return next(context);   // a 404 or a 405

        foreach (var name in HttpMethods.IsGet(context.Request.Method) ? OfReads : OfChanges)
        {
            if (context.Request.Headers.ContainsKey(name) && endpoint.Metadata.GetMetadata<AcceptedHeaders>()?.Names.Contains(name) != true)
                return Problems.Invalid(name, Error).ExecuteAsync(context);
        }

        return next(context);
    });
}
