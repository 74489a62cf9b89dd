using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using OrderFlow.Api.Errors;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Api.Http;

/// <summary>How often a user may ask: the section <c>RateLimit</c> of the configuration.</summary>
internal sealed class RateLimitOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "RateLimit";

    /// <summary>The highest rate that can be set; whoever wants more wants none.</summary>
    public const int MaxPerMinute = 1_000_000;

    /// <summary>
    /// How many requests a user may make a minute, at this process. As many may come at once; after that they come back evenly over the minute.
    /// 0 for no limit.
    /// </summary>
    public int PerUserPerMinute { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PerUserPerMinute is < 0 or > MaxPerMinute)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{PerUserPerMinute} is not from 0 (no limit) to {MaxPerMinute}"), [nameof(PerUserPerMinute)]);
    }
}

/// <summary>
/// A limit for each user, by the <c>sub</c> of a token that was found good: nobody can use up another's. Requests without a good token count for nobody, and
/// neither does what anybody may ask for without one, health above all.
/// </summary>
internal static class RateLimiting
{
    private static readonly RateLimitPartition<string> Nobody = RateLimitPartition.GetNoLimiter("");   // no user has this id

    /// <summary>
    /// Registers the limit. The library drops the bucket of a user some seconds after it is full again, so that there are as many as users who have just called.
    /// </summary>
    public static void AddRateLimitPerUser(this IServiceCollection services)
    {
        services.AddValidatedOptions<RateLimitOptions>(RateLimitOptions.Section);
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, settings) =>
        {
            var perMinute = settings.Value.PerUserPerMinute;
            if (perMinute == 0) return;

            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = SayWhenToComeBack;
            limiter.GlobalLimiter = PerUser(new()
            {
                TokenLimit = perMinute,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
                AutoReplenishment = false,   // one timer for all users, not one for each
            });
        });
    }

    /// <summary>Places the limit, where one is set: after authentication, which says who calls.</summary>
    public static void UseRateLimitPerUser(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<IOptions<RateLimitOptions>>().Value.PerUserPerMinute > 0) app.UseRateLimiter();
    }

    private static PartitionedRateLimiter<HttpContext> PerUser(TokenBucketRateLimiterOptions bucket)
    {
        Func<string, TokenBucketRateLimiterOptions> everybodys = _ => bucket;
        return PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.User.Identity is CallerIdentity identity && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null
                ? RateLimitPartition.GetTokenBucketLimiter(identity.Caller.UserId, everybodys)
                : Nobody);
    }

    private static ValueTask SayWhenToComeBack(OnRejectedContext rejected, CancellationToken cancellation)
    {
        rejected.HttpContext.Response.SetRetryAfter(rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero);
        return ValueTask.CompletedTask;   // the body comes from where all bodies of errors come from
    }
}
