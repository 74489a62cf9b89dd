using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using OrderFlow.Api.Errors;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Api.Http;

/// <summary>How many requests a user may make: the section <c>RateLimit</c>.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimit";

    /// <summary>How many requests a user may make per minute at this process, all at once or evenly spread; 0 for no limit.</summary>
    [Range(0, 1_000_000)]
    public int PerUserPerMinute { get; set; }
}

/// <summary>
/// Limits requests per user, by the <c>sub</c> of a valid token, so that nobody can use up another's limit. Requests without a valid token, and anonymous
/// endpoints such as health, are not limited.
/// </summary>
internal static class RateLimiting
{
    private static readonly RateLimitPartition<string> NoLimit = RateLimitPartition.GetNoLimiter("");   // no user has this id

    /// <summary>Registers the limit. The library removes a user's bucket seconds after it is full again, so there are only as many as active users.</summary>
    public static void AddRateLimitPerUser(this IServiceCollection services)
    {
        services.AddValidatedOptions<RateLimitOptions>(RateLimitOptions.Section);
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, options) =>
        {
            var perMinute = options.Value.PerUserPerMinute;
            if (perMinute == 0) return;

            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = SetRetryAfter;
            limiter.GlobalLimiter = PerUser(new()
            {
                TokenLimit = perMinute,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
                AutoReplenishment = false,   // one timer for all users, not one for each
            });
        });
    }

    /// <summary>Enables the limit if one is configured. Place it after authentication.</summary>
    public static void UseRateLimitPerUser(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<IOptions<RateLimitOptions>>().Value.PerUserPerMinute > 0) app.UseRateLimiter();
    }

    private static PartitionedRateLimiter<HttpContext> PerUser(TokenBucketRateLimiterOptions bucket)
    {
        Func<string, TokenBucketRateLimiterOptions> factory = _ => bucket;
        return PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.User.Identity is CallerIdentity identity && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null
                ? RateLimitPartition.GetTokenBucketLimiter(identity.Caller.UserId, factory)
                : NoLimit);
    }

    private static ValueTask SetRetryAfter(OnRejectedContext rejected, CancellationToken cancellation)
    {
        rejected.HttpContext.Response.SetRetryAfter(rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero);
        return ValueTask.CompletedTask;   // UseProblemDetails writes the body
    }
}
