using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using OrderFlow.Api.Errors;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Api.Http;

/// <summary>How long a request may take: the section <c>Requests</c>.</summary>
internal sealed class RequestOptions
{
    public const string Section = "Requests";

    /// <summary>The time from the end of a request's headers to its response. The default exceeds <see cref="Cluster.ClusterClient.RetryTimeout"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Limits that are answered with a problem. Beyond the server's own limits (<see cref="HttpSetup"/>) it answers a bare status.</summary>
internal static class RequestLimits
{
    /// <summary>The most characters of a path with its query.</summary>
    public const int MaxUrlLength = 4 * 1024;

    /// <summary>
    /// Registers the timeout, which cancels <see cref="HttpContext.RequestAborted"/>: an unfinished body is answered with 408, an unfinished call into the
    /// cluster with 503. A grain completes the call all the same. Endless responses opt out with <c>DisableRequestTimeout()</c>.
    /// </summary>
    public static void AddRequestLimits(this IServiceCollection services)
    {
        services.AddValidatedOptions<RequestOptions>(RequestOptions.Section);
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<RequestOptions>>((timeouts, options) => timeouts.DefaultPolicy = new()
        {
            Timeout = options.Value.Timeout,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = ExceptionHandler.WriteUnavailable,
        });
    }

    /// <summary>Answers 414 if the URL is too long, 400 if it escapes what is not UTF-8: the server would leave that escaped, and make it part of an id.</summary>
    public static void UseValidUrls(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var url = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (url.Length > MaxUrlLength)
        {
            context.Response.StatusCode = StatusCodes.Status414UriTooLong;
            return Task.CompletedTask;
        }

        return IsUtf8(url) ? next(context) : Problems.Invalid("url", "must be UTF-8 where it is percent-encoded").ExecuteAsync(context);
    });

    private static bool IsUtf8(string url)
    {
        if (!url.Contains('%', StringComparison.Ordinal)) return true;

        var bytes = Encoding.UTF8.GetBytes(url);
        return Utf8.IsValid(WebUtility.UrlDecodeToBytes(bytes, 0, bytes.Length));
    }
}
