using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Orders;

namespace OrderFlow.Api.OpenApi;

/// <summary>Every error that operations answer with, by status: one of a status means the same wherever it stands.</summary>
internal static class ProblemResponses
{
    private const string TraceId = "00-84dfb4ad5b75d0b72339a1810303ba7c-a175fbc45cf5c1ea-00";
    private const string Problem = "Problem";
    private const string Invalid = "InvalidRequest";
    private const string Conflict = "Conflict";

    private static readonly Dictionary<int, Answer> All = new()
    {
        [400] = new(
            "BadRequest", "The request is not what it must be; `errors` says what is wrong where. Nothing was done.",
            Problems.Invalid("items[0].quantity", $"must be from 1 to {Limits.Quantity}"), Invalid),
        [401] = new(
            "Unauthorized", "There is no token, or none that is good.", Problems.ForStatus(401), Problem,
            Header("WWW-Authenticate", "`Bearer`, with what is wrong where a token was sent.", "Bearer", isAlways: true)),
        [403] = new("Forbidden", "The caller is known, but may not do this.", Problems.Forbidden("Only an admin may act for another user.")),
        [404] = new("NotFound", "There is none, or the caller must not learn that there is.", Problems.NotFound("There is no such order.")),
        [408] = new("RequestTimeout", "The body came too slowly.", Problems.ForStatus(408)),
        [409] = new(
            "Conflict", "The present state does not allow it. Where an order cannot take a status, `allowed` lists those that the caller can give it.",
            Problems.Conflict("a failed order cannot become cancelled", [OrderStatus.Pending]), Conflict),
        [412] = new("PreconditionFailed", "What is there is no longer what the request's conditions demand.", Problems.ForStatus(412)),
        [413] = new("ContentTooLarge", "The body has too many bytes.", Problems.ForStatus(413)),
        [415] = new("UnsupportedMediaType", "The body is not said to be JSON in UTF-8.", Problems.ForStatus(415)),
        [422] = new("UnprocessableContent", "The request contradicts one that was made before.", Problems.ForStatus(422)),
        [429] = new("TooManyRequests", "The caller asks too often.", Problems.ForStatus(429), Problem, RetryAfter()),
        [500] = new("Failed", "Something failed that should not have.", Problems.ForStatus(500)),
        [503] = new(
            "Unavailable", "A part of the system is away. What was asked for may have been done.", Problems.ForStatus(503), Problem, RetryAfter()),
    };

    /// <summary>An error's answer, as operations refer to it.</summary>
    public static OpenApiResponseReference Reference(int status, OpenApiDocument document)
    {
        var answer = All[status];
        if (document.Components?.Responses?.ContainsKey(answer.Name) != true) document.AddComponent(answer.Name, Response(answer, document));
        return new OpenApiResponseReference(answer.Name, document);
    }

    private static OpenApiResponse Response(Answer answer, OpenApiDocument document)
    {
        AddSchemas(document);
        var problem = answer.Example.ProblemDetails;
        problem.Extensions["traceId"] = TraceId;
        return new OpenApiResponse
        {
            Description = answer.Description,
            Headers = answer.Headers.ToDictionary(header => header.Name, header => (IOpenApiHeader)header.Header),
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new()
                {
                    Schema = new OpenApiSchemaReference(answer.Schema, document),
                    Example = JsonSerializer.SerializeToNode(problem, problem.GetType(), JsonSerializerOptions.Web),
                },
            },
        };
    }

    private static void AddSchemas(OpenApiDocument document)
    {
        if (document.Components?.Schemas?.ContainsKey(Problem) == true) return;

        document.AddComponent(Problem, Schema("An error (RFC 9457)."));

        var invalid = Schema("What is wrong with a request.");
        invalid.Required!.Add("errors");
        invalid.Properties!["errors"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "What is wrong, by the path of a member, such as `items[0].quantity`, or the name of a parameter; `$` is the body as a whole.",
            MinProperties = 1,
            AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, MinItems = 1, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
        };
        document.AddComponent(Invalid, invalid);

        var conflict = Schema("Why the present state does not allow what was asked for.");
        var status = new OpenApiSchema { Type = JsonSchemaType.String };
        Bounds.Status(status);
        conflict.Properties!["allowed"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Description = "The statuses that the caller can give the order.",
            Items = status,
        };
        document.AddComponent(Conflict, conflict);
    }

    private static OpenApiSchema Schema(string description) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Required = new SortedSet<string>(StringComparer.Ordinal) { "title", "status" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri-reference", Description = "What kind of error it is; absent where the status says it all." },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The same for people." },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "400", Maximum = "599", Description = "The HTTP status." },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What happened this time, for people." },
            ["requestId"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The request, as it is named in the log." },
            ["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The request, as operators find it in traces (W3C Trace Context)." },
        },
    };

    private static (string, OpenApiHeader) RetryAfter() =>
        Header("Retry-After", "Seconds until it is worth asking again.", (int)ClusterClient.RetryAfter.TotalSeconds, isAlways: false);

    private static (string, OpenApiHeader) Header(string name, string description, JsonNode example, bool isAlways) => (name, new OpenApiHeader
    {
        Description = description,
        Required = isAlways,
        Schema = new OpenApiSchema { Type = example.GetValueKind() == JsonValueKind.Number ? JsonSchemaType.Integer : JsonSchemaType.String },
        Example = example,
    });

    private sealed record Answer(
        string Name, string Description, ProblemHttpResult Example, string Schema = Problem, params (string Name, OpenApiHeader Header)[] Headers);
}
