using System.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace OrderFlow.Api.Errors;

/// <summary>Writes every problem with the request's id, by which it can be found in the log, whatever the request's <c>Accept</c> says.</summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    /// <summary>The member that holds the request's id.</summary>
    public const string RequestId = "requestId";

    private const string TraceId = "traceId";

    /// <inheritdoc/>
    public bool CanWrite(ProblemDetailsContext context) => true;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        problem.Type ??= "about:blank";   // RFC 9457 §4.2.1: the title is then the status's own
        problem.Title ??= ReasonPhrases.GetReasonPhrase(http.Response.StatusCode);
        problem.Extensions[RequestId] = http.TraceIdentifier;
        if (Activity.Current?.Id is { } trace) problem.Extensions[TraceId] = trace;
        return new(http.Response.WriteAsJsonAsync(problem, problem.GetType(), options: null, contentType: "application/problem+json"));
    }
}
