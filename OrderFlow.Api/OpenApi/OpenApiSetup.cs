using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace OrderFlow.Api.OpenApi;

/// <summary>
/// The API's description (OpenAPI 3.1) for programs, and a page for people to read it and try it on; anyone may ask for both. It is made of the endpoints;
/// what they do not say by themselves is added here: <see cref="Operations"/>, <see cref="Schemas"/>, <see cref="Examples"/>, <see cref="ProblemResponses"/>.
/// </summary>
internal static class OpenApiSetup
{
    /// <summary>The description's name and the version of the API that it describes.</summary>
    public const string Version = "v1";

    /// <summary>Where the description is.</summary>
    public const string Address = $"/openapi/{Version}.json";

    /// <summary>Where the page is.</summary>
    public const string PageAddress = "/docs";

    /// <summary>What the page may load and run: what comes from here, and the script and styles that it brings along.</summary>
    private const string PagePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'";

    /// <summary>Registers what makes the description.</summary>
    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddOpenApi(Version, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            var otherwise = options.CreateSchemaReferenceId;
            options.CreateSchemaReferenceId = type => Schemas.NameOf(type.Type) ?? otherwise(type);
            options.AddOperationTransformer((operation, context, _) =>
            {
                Operations.Complete(operation, context);
                return Task.CompletedTask;
            });
            options.AddDocumentTransformer((document, _, _) =>
            {
                Complete(document);
                return Task.CompletedTask;
            });
        });
        return services.AddSingleton<OpenApiJson>();
    }

    /// <summary>Maps the description and its page.</summary>
    public static void MapOpenApiDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, async (OpenApiJson description) => TypedResults.Bytes(await description.Utf8, "application/json"))
            .AllowAnonymous().ExcludeFromDescription();

        // The page and its script come from here. What it would load from or tell to other hosts is switched off.
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

    private static void Complete(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "OrderFlow",
            Version = Version,
            Description = "Takes orders, reserves stock for them, and tells their customers. Every error is `application/problem+json` (RFC 9457); "
                + "where a request is not what it must be, `errors` says so path by path.",
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };
        document.Servers = [new OpenApiServer { Url = "/", Description = "Where this description was read." }];
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Health", Description = "Whether the program runs, and whether it reaches what it needs. Anyone may ask." },
            new() { Name = "Orders", Description = "Customers see and change their own orders, admins all. Another user's order is a 404." },
            new() { Name = "Inventory", Description = "Anybody with a token may look, admins may change." },
            new() { Name = "Notifications", Description = "What customers were told of their orders; for admins the queue of what they are to be told." },
        };
        Schemas.Complete(document);
    }
}

/// <summary>The description as it is served: made once, when it is first asked for.</summary>
internal sealed class OpenApiJson([FromKeyedServices(OpenApiSetup.Version)] IOpenApiDocumentProvider documents)
{
    private readonly Lazy<Task<byte[]>> _utf8 = new(() => Write(documents));

    /// <summary>The JSON.</summary>
    public Task<byte[]> Utf8 => _utf8.Value;

    private static async Task<byte[]> Write(IOpenApiDocumentProvider documents)
    {
        var document = await documents.GetOpenApiDocumentAsync(CancellationToken.None);
        await using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        document.SerializeAsV31(new OpenApiJsonWriter(text));
        return Encoding.UTF8.GetBytes($"{text}\n");
    }
}
