using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using OrderFlow.Api.Orders;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.OpenApi;

/// <summary>Completes the description of each operation: who may call it, its parameters, its examples, and every error it can answer with.</summary>
internal static class Operations
{
    private const string Json = "application/json";
    private const string Bearer = "bearer";

    /// <summary>What every operation that demands a token can answer: all of them ask the cluster.</summary>
    private static readonly int[] WithToken =
    [
        StatusCodes.Status401Unauthorized, StatusCodes.Status429TooManyRequests,
        StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable,
    ];

    /// <summary>What every operation that reads a body can answer (<see cref="Http.JsonBody{T}"/>).</summary>
    private static readonly int[] WithBody =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout,
        StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType,
    ];

    /// <summary>Completes one operation.</summary>
    public static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var document = context.Document!;
        var endpoint = context.Description.ActionDescriptor.EndpointMetadata;
        List<IAuthorizeData> demands = endpoint.OfType<IAllowAnonymous>().Any() ? [] : [.. endpoint.OfType<IAuthorizeData>()];
        var forAdmins = demands.Any(demand => demand.Policy == BearerTokens.AdminPolicy);

        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>()) Parameters.Complete(parameter, context.Description.RelativePath?.TrimEnd('/'));
        foreach (var name in endpoint.OfType<AcceptedHeaders>().SelectMany(taken => taken.Names)) (operation.Parameters ??= []).Add(Parameters.Header(name));
        CompleteBody(operation, context);
        CompleteAnswers(operation, context);

        // 400 is for every operation: it may not take a header that it was sent (Http.UnsupportedHeaders).
        SortedSet<int> refusals = [StatusCodes.Status400BadRequest, .. endpoint.OfType<ErrorStatuses>().SelectMany(each => each.Statuses)];
        if (demands.Count > 0) refusals.UnionWith(WithToken);
        if (forAdmins) refusals.Add(StatusCodes.Status403Forbidden);
        if (operation.RequestBody is not null) refusals.UnionWith(WithBody);
        foreach (var status in refusals)
            operation.Responses![status.ToString(CultureInfo.InvariantCulture)] = ProblemResponses.Reference(status, document);

        if (demands.Count > 0) operation.Security = [Token(document, forAdmins ? [CallerIdentity.AdminRole] : [])];
        if (forAdmins) operation.Description = "For admins only.";
    }

    private static void CompleteBody(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (operation.RequestBody is not OpenApiRequestBody { Content: { } content } body) return;

        var type = context.Description.ParameterDescriptions.Single(parameter => parameter.Source == BindingSource.Body).Type;
        body.Description = string.Create(
            CultureInfo.InvariantCulture,
            $"JSON in UTF-8 without a content coding, at most {Http.JsonBody.MaxBytes} bytes. Members that are not listed are refused.");
        content[Json].Examples = Examples.ForRequest(type).ToDictionary(
            example => example.Name, example => (IOpenApiExample)new OpenApiExample { Summary = example.Summary, Value = example.Value });
    }

    private static void CompleteAnswers(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        foreach (var answer in context.Description.SupportedResponseTypes)
        {
            var status = answer.StatusCode.ToString(CultureInfo.InvariantCulture);
            if (!operation.Responses!.TryGetValue(status, out var found) || found is not OpenApiResponse response) continue;

            if (answer.StatusCode == StatusCodes.Status304NotModified)
            {
                response.Description = "The client has the order as it is. There is no body.";
                response.Headers = new Dictionary<string, IOpenApiHeader> { [HeaderNames.ETag] = Tag() };
                continue;
            }

            response.Description = Examples.Describe(operation.OperationId!, answer.Type!);
            response.Content!.Single().Value.Example = Examples.ForResponse(operation.OperationId!, answer.Type!);
            var headers = response.Headers = new Dictionary<string, IOpenApiHeader>();
            if (answer.Type == typeof(OrderResponse)) headers[HeaderNames.ETag] = Tag();
            if (answer.StatusCode != StatusCodes.Status201Created) continue;

            headers[HeaderNames.Location] = Header("The path of what was created.", "/orders/42", isAlways: true);
            headers[IdempotencyKey.ReplayedHeader] = Header("`true` where this is the answer to an earlier request with the same key.", "true", isAlways: false);
            headers[PreferredWait.AppliedHeader] = Header("The wait that was applied.", "wait=5", isAlways: false);
        }
    }

    private static OpenApiHeader Tag() => Header("The order's version, for `If-Match` and `If-None-Match`.", IfMatch.ToETag(2), isAlways: true);

    private static OpenApiHeader Header(string description, string example, bool isAlways) => new()
    {
        Description = description,
        Required = isAlways,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = JsonValue.Create(example),
    };

    private static OpenApiSecurityRequirement Token(OpenApiDocument document, List<string> roles)
    {
        if (document.Components?.SecuritySchemes?.ContainsKey(Bearer) != true)
        {
            document.AddComponent(Bearer, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = Bearer,
                BearerFormat = "JWT",
                Description = $"A token signed with RS256 or ES256. Its `{CallerIdentity.UserClaim}` is the user; `{CallerIdentity.RoleClaim}`: "
                    + $"`{CallerIdentity.AdminRole}` makes an admin.",
            });
        }

        return new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = roles };
    }
}
