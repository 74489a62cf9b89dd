using Microsoft.Net.Http.Headers;
using OrderFlow.Api.Errors;
using OrderFlow.Api.OpenApi;

namespace OrderFlow.Api.Http;

/// <summary>
/// Rejects a header that makes a request conditional or idempotent if the operation does not accept it (<see cref="AcceptedHeaders"/>): a client would
/// otherwise believe that nothing was overwritten, or done twice.
/// </summary>
internal static class UnsupportedHeaders
{
    /// <summary>What is wrong with such a header.</summary>
    public const string Error = "is not supported by this operation";

    /// <summary>
    /// Of dates, a read must ignore those of a resource without one (RFC 9110 §13.1.4). <c>Range</c> and <c>Prefer</c> may be ignored everywhere
    /// (RFC 9110 §14.2, RFC 7240 §2), and the response shows it.
    /// </summary>
    private static readonly string[] RejectedForReads = [HeaderNames.IfMatch, HeaderNames.IfNoneMatch, IdempotencyKey.Name];

    private static readonly string[] RejectedForChanges = [.. RejectedForReads, HeaderNames.IfUnmodifiedSince];

    /// <summary>Place it after authorization: preconditions come after all other checks (RFC 9110 §13.2.1).</summary>
    public static void UseUnsupportedHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint) return next(context);   // a 404 or a 405

        foreach (var name in HttpMethods.IsGet(context.Request.Method) ? RejectedForReads : RejectedForChanges)
        {
            if (context.Request.Headers.ContainsKey(name) && endpoint.Metadata.GetMetadata<AcceptedHeaders>()?.Names.Contains(name) != true)
                return Problems.Invalid(name, Error).ExecuteAsync(context);
        }

        return next(context);
    });
}
