using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using OrderFlow.Api.Errors;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Api.Http;

/// <summary>How long a request may take: the section <c>Requests</c> of the configuration.</summary>
internal sealed class RequestOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Requests";

    /// <summary>The shortest time that can be set.</summary>
    public static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest time that can be set.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromHours(1);

    /// <summary>
    /// The time from the end of a request's headers to its answer. By default it is longer than a call into the cluster is repeated for, so that it ends
    /// only what several calls, or a slow body, have drawn out.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Timeout < MinTimeout || Timeout > MaxTimeout)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{Timeout} is not from {MinTimeout} to {MaxTimeout}"), [nameof(Timeout)]);
    }
}

/// <summary>
/// Bounds of a request that a problem can be answered to. Beyond the server's own bounds (<see cref="HttpSetup"/>) it answers a bare status, since there is
/// no request that could be handed on.
/// </summary>
internal static class RequestLimits
{
    /// <summary>The most characters of a path with its query.</summary>
    public const int MaxUrlLength = 4 * 1024;

    /// <summary>
    /// Registers the time limit. When it has passed, <see cref="HttpContext.RequestAborted"/> is cancelled: a body that is still being read is answered with
    /// 408, a call into the cluster that is still waited for with 503. What was asked of a grain goes on there, and no answer says that it failed.
    /// An endpoint whose answer has no end, such as a stream of events, opts out with <c>DisableRequestTimeout()</c>.
    /// </summary>
    public static void AddRequestLimits(this IServiceCollection services)
    {
        services.AddValidatedOptions<RequestOptions>(RequestOptions.Section);
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<RequestOptions>>((timeouts, settings) => timeouts.DefaultPolicy = new()
        {
            Timeout = settings.Value.Timeout,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = ExceptionHandler.WriteUnavailable,
        });
    }

    /// <summary>Refuses an address that is too long, with 414.</summary>
    public static void UseMaxUrlLength(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Length <= MaxUrlLength) return next(context);

        context.Response.StatusCode = StatusCodes.Status414UriTooLong;
        return Task.CompletedTask;
    });
}
