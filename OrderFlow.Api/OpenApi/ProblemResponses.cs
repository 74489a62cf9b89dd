using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Inventory;
using OrderFlow.Orders;

namespace OrderFlow.Api.OpenApi;

/// <summary>Every error response by status; a status means the same for every operation.</summary>
internal static class ProblemResponses
{
    private const string TraceId = "00-84dfb4ad5b75d0b72339a1810303ba7c-a175fbc45cf5c1ea-00";
    private const string Problem = "Problem";
    private const string Invalid = "InvalidRequest";
    private const string Conflict = "Conflict";
    private const string Unavailable = "Unavailable";

    private static readonly Dictionary<int, ErrorResponse> All = new()
    {
        [400] = new(
            "BadRequest", "The request is not valid; `errors` lists what is wrong by path. Nothing was done.",
            Problems.Invalid("items[0].quantity", $"must be from 1 to {Limits.Quantity}"), Invalid),
        [401] = new(
            "Unauthorized", "The token is missing or not valid.", Problems.ForStatus(401), Problem,
            new() { ["WWW-Authenticate"] = Parameters.ResponseHeader("`Bearer`, with the error if a token was sent.", "Bearer", isAlways: true) }),
        [403] = new("Forbidden", "The caller is authenticated, but not authorized.", Problems.Forbidden("Only an admin may act for another user.")),
        [404] = new("NotFound", "It does not exist, or the caller must not learn that it does.", Problems.NotFound("There is no such order.")),
        [408] = new("RequestTimeout", "The body was not received in time.", Problems.ForStatus(408)),
        [409] = new(
            "Conflict", "The current state does not allow it. If an order cannot take a status, `allowed` lists those that the caller can give it.",
            Problems.Conflict("a failed order cannot become cancelled", [OrderStatus.Pending]), Conflict),
        [412] = new("PreconditionFailed", "The resource no longer meets the request's conditions.", Problems.ForStatus(412)),
        [413] = new("ContentTooLarge", "The body has too many bytes.", Problems.ForStatus(413)),
        [415] = new("UnsupportedMediaType", "The body is not declared as JSON, or as another type that the operation accepts, in UTF-8.", Problems.ForStatus(415)),
        [422] = new("UnprocessableContent", "The `Idempotency-Key` was used with another body.", Problems.IdempotencyKeyReused()),
        [429] = new("TooManyRequests", "The caller makes too many requests.", Problems.ForStatus(429), Problem, RetryAfter()),
        [500] = new("Failed", "An unexpected error occurred.", Problems.ForStatus(500)),
        [503] = new(
            "Unavailable",
            "A part of the system is unavailable, or its update to a version that can do this is not complete. `detail` says whether the request may have been carried out.",
            Problems.ForStatus(503, ClusterUnavailableException.NotCarriedOut), Unavailable, RetryAfter()),
    };

    /// <summary>A reference to the error response of a status.</summary>
    public static OpenApiResponseReference Reference(int status, OpenApiDocument document)
    {
        var error = All[status];
        if (document.Components?.Responses?.ContainsKey(error.Name) != true) document.AddComponent(error.Name, Response(error, document));
        return new OpenApiResponseReference(error.Name, document);
    }

    /// <summary>Adds the schemas that the responses refer to.</summary>
    public static void AddSchemas(OpenApiDocument document)
    {
        document.AddComponent(Problem, Schema("An error (RFC 9457)."));

        var invalid = Schema("A request is not valid.");
        invalid.Required!.Add("errors");
        invalid.Properties!["errors"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "The errors by the path of a member, such as `items[0].quantity`, or the name of a parameter; `$` is the body as a whole.",
            MinProperties = 1,
            AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, MinItems = 1, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
        };
        document.AddComponent(Invalid, invalid);

        var conflict = Schema("The current state does not allow the request.");
        var status = new OpenApiSchema { Type = JsonSchemaType.String };
        Bounds.Status(status);
        conflict.Properties!["allowed"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Description = "The statuses that the caller can give the order.",
            Items = status,
        };
        document.AddComponent(Conflict, conflict);

        var unavailable = Schema("A part of the system is unavailable.");
        unavailable.Properties!["items"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Description = "What became of each row of an import that was interrupted.",
            MaxItems = Limits.ImportedProducts,
            Items = new OpenApiSchemaReference(Schemas.NameOf(typeof(ImportedStockRow)), document),
        };
        document.AddComponent(Unavailable, unavailable);
    }

    private static OpenApiResponse Response(ErrorResponse error, OpenApiDocument document)
    {
        var problem = error.Example.ProblemDetails;
        problem.Extensions["traceId"] = TraceId;
        return new OpenApiResponse
        {
            Description = error.Description,
            Headers = error.Headers,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new()
                {
                    Schema = new OpenApiSchemaReference(error.Schema, document),
                    Example = JsonSerializer.SerializeToNode(problem, problem.GetType(), JsonSerializerOptions.Web),
                },
            },
        };
    }

    private static OpenApiSchema Schema(string description) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Required = new SortedSet<string>(StringComparer.Ordinal) { "title", "status" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("The type of the error; absent if the status says it all.", "uri-reference"),
            ["title"] = Text("The type of the error, for people."),
            ["status"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Integer, Format = "int32", Minimum = "400", Maximum = "599", Description = "The HTTP status.",
            },
            ["detail"] = Text("This occurrence of the error, for people."),
            ["requestId"] = Text("The request's id in the log."),
            ["traceId"] = Text("The request's id in traces (W3C Trace Context)."),
        },
    };

    private static OpenApiSchema Text(string description, string? format = null) =>
        new() { Type = JsonSchemaType.String, Format = format, Description = description };

    private static Dictionary<string, IOpenApiHeader> RetryAfter() => new()
    {
        ["Retry-After"] = Parameters.ResponseHeader("Seconds to wait before the next attempt.", (int)ClusterClient.RetryAfter.TotalSeconds, isAlways: false),
    };

    private sealed record ErrorResponse(
        string Name, string Description, ProblemHttpResult Example, string Schema = Problem, Dictionary<string, IOpenApiHeader>? Headers = null);
}
