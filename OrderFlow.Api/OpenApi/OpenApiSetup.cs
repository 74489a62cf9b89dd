using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrderFlow.ServiceDefaults.Auth;
using Scalar.AspNetCore;

namespace OrderFlow.Api.OpenApi;

/// <summary>
/// Serves the OpenAPI document (3.1), and a page for people to read it and try the API; neither needs a token. What the endpoints do not declare themselves
/// is added by <see cref="Operations"/>, <see cref="Schemas"/>, <see cref="Examples"/> and <see cref="ProblemResponses"/>.
/// </summary>
internal static class OpenApiSetup
{
    /// <summary>The document's name, and the version of the API.</summary>
    public const string Version = "v1";

    /// <summary>The path of the document.</summary>
    public const string Address = $"/openapi/{Version}.json";

    /// <summary>The path of the page.</summary>
    public const string PageAddress = "/docs";

    /// <summary>The name of the security scheme.</summary>
    public const string Token = "bearer";

    private static readonly AuthOptions Defaults = new();

    /// <summary>Lets the page load and run only what this host serves, and its inline script and styles.</summary>
    private const string PagePolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; frame-ancestors 'none'";

    /// <summary>Registers the document.</summary>
    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddOpenApi(Version, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is null ? null : Schemas.NameOf(type.Type);
            options.AddOperationTransformer(Operations.Complete);
            options.AddDocumentTransformer(Complete);
        });
        return services.AddSingleton<OpenApiJson>();
    }

    /// <summary>Maps the document and its page.</summary>
    public static void MapOpenApiDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, async (OpenApiJson document) => TypedResults.Bytes(await document.Utf8, "application/json"))
            .AllowAnonymous().ExcludeFromDescription();

        // The page and its script are served from here. Features that contact other hosts are disabled.
        routes.MapScalarApiReference(PageAddress, page =>
        {
            page.Title = "OrderFlow";
            page.OpenApiRoutePattern = "/openapi/{documentName}.json";
            page.DefaultFonts = false;
            page.Telemetry = false;
            page.DisableAgent();
            page.DisableMcp();
            page.HideDeveloperTools();   // "Deploy", "Share", "Generate SDK"
            page.HideClientButton = true;   // "Open API Client" leads to the vendor's
        }).AllowAnonymous().Add(endpoint =>
        {
            var serve = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                context.Response.Headers.ContentSecurityPolicy = PagePolicy;
                return serve(context);
            };
        });
    }

    private static Task Complete(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "OrderFlow",
            Version = Version,
            Description = "Places orders, reserves stock for them, and notifies their customers. Every error is `application/problem+json` (RFC 9457); "
                + "if a request is not valid, `errors` lists what is wrong by path.",
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };
        document.Servers = [new OpenApiServer { Url = "/", Description = "The host that serves this document." }];
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Health", Description = "Whether the API runs, and whether it reaches its dependencies. No token is needed." },
            new() { Name = "Orders", Description = "Customers read and change their own orders, admins all; the roles payments and fulfilment read all. Another user's order is a 404." },
            new() { Name = "Customers", Description = "For admins: what is known of a customer." },
            new() { Name = "Inventory", Description = "Every authenticated caller may read, admins may change." },
            new() { Name = "Notifications", Description = "The notifications of customers about their orders; for admins the queue." },
        };
        document.AddComponent(Token, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = $"A token signed with RS256 or ES256. Its `{CallerIdentity.UserClaim}` is the user. In `{Defaults.RoleClaim}`, unless the operator names another claim "
                + $"and roles, `{Defaults.AdminRole}` makes an admin, `{Defaults.PaymentsRole}` may confirm orders, `{Defaults.FulfilmentRole}` may fulfil them.",
        });
        Schemas.Complete(document);
        ProblemResponses.AddSchemas(document);
        return Task.CompletedTask;
    }
}

/// <summary>The document as it is served: generated once, with the first request.</summary>
internal sealed class OpenApiJson([FromKeyedServices(OpenApiSetup.Version)] IOpenApiDocumentProvider documents)
{
    private readonly Lazy<Task<byte[]>> _utf8 = new(() => Write(documents));

    /// <summary>The JSON.</summary>
    public Task<byte[]> Utf8 => _utf8.Value;

    private static async Task<byte[]> Write(IOpenApiDocumentProvider documents)
    {
        var document = await documents.GetOpenApiDocumentAsync(CancellationToken.None);
        var json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1);
        return Encoding.UTF8.GetBytes($"{json}\n");
    }
}
