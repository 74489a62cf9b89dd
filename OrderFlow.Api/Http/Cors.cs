using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using OrderFlow.Api.Live;
using OrderFlow.Api.Orders;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Api.Http;

/// <summary>Which web pages may call the API: the section <c>Cors</c>.</summary>
internal sealed class CorsOriginsOptions : IValidatableObject
{
    public const string Section = "Cors";

    /// <summary>The origins of pages whose scripts may call, separated by commas, such as <c>https://shop.example</c>. None by default.</summary>
    public string Origins { get; set; } = "";

    /// <summary>The origins as an array.</summary>
    public string[] Split() => Origins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from origin in Split()
        where !IsOrigin(origin)
        select new ValidationResult($"'{origin}' is not a valid origin, such as https://shop.example or http://localhost:3000", [nameof(Origins)]);

    /// <summary>True for scheme, host and port without anything after them: browsers compare origins literally.</summary>
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Allows cross-origin requests of browsers from the configured origins. Callers are authenticated by bearer tokens and never by cookies, so a page can do
/// nothing without a token.
/// </summary>
internal static class Cors
{
    /// <summary>How long a browser may cache the answer to a preflight request.</summary>
    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromMinutes(10);

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>The request headers that a script may send.</summary>
    private static readonly string[] AllowedHeaders =
        ["Authorization", "Content-Type", IdempotencyKey.Name, "If-Match", "If-None-Match", PreferredWait.Header, LastEventId.Name, RequestIds.Header];

    /// <summary>The response headers that a script may read, beyond those it always may.</summary>
    private static readonly string[] ExposedHeaders =
        ["Location", "ETag", "Retry-After", RequestIds.Header, IdempotencyKey.ReplayedHeader, PreferredWait.AppliedHeader];

    /// <summary>Registers the configured origins.</summary>
    public static void AddCorsOrigins(this IServiceCollection services)
    {
        services.AddValidatedOptions<CorsOriginsOptions>(CorsOriginsOptions.Section);
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<CorsOriginsOptions>>((cors, options) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(options.Value.Split()).WithMethods(Methods).WithHeaders(AllowedHeaders).WithExposedHeaders(ExposedHeaders)
            .SetPreflightMaxAge(PreflightMaxAge)));
    }

    /// <summary>Enables CORS if origins are configured. Place it before authentication: a preflight request has no token.</summary>
    public static void UseCorsOrigins(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<IOptions<CorsOriginsOptions>>().Value.Split().Length > 0) app.UseCors();
    }
}
