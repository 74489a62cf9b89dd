using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Cluster;

namespace OrderFlow.Api.Errors;

/// <summary>Turns every exception that no endpoint handled into a problem.</summary>
internal sealed partial class ExceptionHandler(ILogger<ExceptionHandler> log) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            ClusterUnavailableException unavailable => Unavailable(context.Response, unavailable.Message),
            BadHttpRequestException bad => Problems.ForStatus(bad.StatusCode),
            _ => Failed(context, exception),
        };

        await problem.ExecuteAsync(context);
        return true;
    }

    /// <summary>Answers 503 for a request that timed out and may still be carried out.</summary>
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
internal static class ExceptionHandling
{
    /// <summary>Registers what <see cref="UseProblemDetails"/> needs.</summary>
    public static IServiceCollection AddExceptionHandling(this IServiceCollection services) =>
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>().AddProblemDetails().AddExceptionHandler<ExceptionHandler>();

    /// <summary>Answers exceptions, and statuses without a body (401, 404, 405, …), with problem details.</summary>
    public static void UseProblemDetails(this IApplicationBuilder app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(pages => Problems.ForStatus(pages.HttpContext.Response.StatusCode).ExecuteAsync(pages.HttpContext));
    }
}
