using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Cluster;

namespace OrderFlow.Api.Errors;

/// <summary>Makes a problem of every error that no endpoint answered itself: exceptions, and statuses without a body (401, 404, 405, …).</summary>
internal sealed partial class ErrorHandling(ILogger<ErrorHandling> log) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            ClusterUnavailableException away => Unavailable(context.Response, away),
            BadHttpRequestException bad => Problems.OfStatus(bad.StatusCode),
            _ => Failed(context.Request, exception),
        };

        await problem.ExecuteAsync(context);
        return true;
    }

    private static ProblemHttpResult Unavailable(HttpResponse response, ClusterUnavailableException away)
    {
        response.Headers.RetryAfter = ((int)ClusterCalls.ComeBackAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Problems.OfStatus(StatusCodes.Status503ServiceUnavailable, away.Message);
    }

    private ProblemHttpResult Failed(HttpRequest request, Exception exception)
    {
        LogFailed(request.Method, request.Path, exception);
        return Problems.OfStatus(StatusCodes.Status500InternalServerError);
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailed(string method, PathString path, Exception exception);
}

/// <summary>Registers and places <see cref="ErrorHandling"/>.</summary>
internal static class ErrorHandlingSetup
{
    /// <summary>Registers what <see cref="UseProblemDetails"/> needs.</summary>
    public static IServiceCollection AddErrorHandling(this IServiceCollection services) =>
        services.AddProblemDetails().AddExceptionHandler<ErrorHandling>();

    /// <summary>Answers every error below this place with problem details, whatever the request's <c>Accept</c> says.</summary>
    public static void UseProblemDetails(this IApplicationBuilder app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(pages => Problems.OfStatus(pages.HttpContext.Response.StatusCode).ExecuteAsync(pages.HttpContext));
    }
}
