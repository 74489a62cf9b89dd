using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using OrderFlow.ServiceDefaults.Options;

namespace OrderFlow.Api.Http;

/// <summary>Which web pages may call: the section <c>Cors</c> of the configuration.</summary>
internal sealed class CorsOriginsOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Cors";

    /// <summary>The origins of pages whose scripts may call, separated by commas, such as <c>https://shop.example</c>. None by default.</summary>
    public string Origins { get; set; } = "";

    /// <summary>The origins, one by one.</summary>
    public string[] Split() => Origins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from origin in Split()
        where !IsOrigin(origin)
        select new ValidationResult($"'{origin}' is not a valid origin, such as https://shop.example or http://localhost:3000", [nameof(Origins)]);

    /// <summary>Scheme, host and port, and nothing behind them: browsers compare to the letter.</summary>
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Cross-origin requests (CORS) of browsers. Without origins in the settings a browser lets no other page's script read an answer. Callers are known by
/// bearer tokens alone, never by cookies, so a page can do nothing that whoever has the token could not.
/// </summary>
internal static class Cors
{
    /// <summary>How long a browser may remember what it was allowed.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>What a script may send.</summary>
    private static readonly string[] Sent =
        ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Prefer", "Last-Event-ID", RequestIds.Header];

    /// <summary>What a script may read of an answer, beyond what it always may.</summary>
    private static readonly string[] Read = ["Location", "ETag", "Retry-After", RequestIds.Header, "Idempotent-Replayed", "Preference-Applied"];

    /// <summary>Registers the origins of the settings.</summary>
    public static void AddCorsOrigins(this IServiceCollection services)
    {
        services.AddValidatedOptions<CorsOriginsOptions>(CorsOriginsOptions.Section);
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<CorsOriginsOptions>>((cors, settings) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(settings.Value.Split()).WithMethods(Methods).WithHeaders(Sent).WithExposedHeaders(Read).SetPreflightMaxAge(Remembered)));
    }

    /// <summary>Answers browsers, where there are origins: before tokens are asked for, since a browser's own question brings none.</summary>
    public static void UseCorsOrigins(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<IOptions<CorsOriginsOptions>>().Value.Split().Length > 0) app.UseCors();
    }
}
