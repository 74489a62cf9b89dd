using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Cluster;

namespace OrderFlow.Api.Errors;

/// <summary>Makes a problem of every error that no endpoint answered itself: exceptions, and statuses without a body (401, 404, 405, …).</summary>
internal sealed partial class ExceptionHandler(ILogger<ExceptionHandler> log) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            ClusterUnavailableException away => Unavailable(context.Response, away.Message),
            BadHttpRequestException bad => Problems.ForStatus(bad.StatusCode),
            _ => Failed(context, exception),
        };

        await problem.ExecuteAsync(context);
        return true;
    }

    /// <summary>Answers 503, for a request that came to nothing for no fault of its own and may yet have its effect.</summary>
    public static Task WriteUnavailable(HttpContext context) => Unavailable(context.Response, ClusterUnavailableException.OutcomeUnknown).ExecuteAsync(context);

    private static ProblemHttpResult Unavailable(HttpResponse response, string detail)
    {
        response.SetRetryAfter(ClusterClient.RetryAfter);
        return Problems.ForStatus(StatusCodes.Status503ServiceUnavailable, detail);
    }

    private ProblemHttpResult Failed(HttpContext context, Exception exception)
    {
        LogFailed(context.Request.Method, context.Request.Path, context.TraceIdentifier, exception);
        return Problems.ForStatus(StatusCodes.Status500InternalServerError);
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed, request {RequestId}")]
    private partial void LogFailed(string method, PathString path, string requestId, Exception exception);
}

/// <summary>Registers and places <see cref="ExceptionHandler"/>.</summary>
internal static class ErrorHandlingSetup
{
    /// <summary>Registers what <see cref="UseProblemDetails"/> needs.</summary>
    public static IServiceCollection AddErrorHandling(this IServiceCollection services) =>
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>().AddProblemDetails().AddExceptionHandler<ExceptionHandler>();

    /// <summary>Answers every error below this place with problem details, whatever the request's <c>Accept</c> says.</summary>
    public static void UseProblemDetails(this IApplicationBuilder app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(pages => Problems.ForStatus(pages.HttpContext.Response.StatusCode).ExecuteAsync(pages.HttpContext));
    }
}
