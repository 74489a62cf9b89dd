using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Orders;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.OpenApi;

/// <summary>Completes the description of each operation: who may call it, its parameters, examples and error statuses.</summary>
internal static class Operations
{
    /// <summary>Error statuses of every operation that requires a token: all of them call the cluster.</summary>
    private static readonly int[] WithToken = [401, 429, 500, 503];

    /// <summary>Error statuses of every operation that reads a body (<see cref="Http.JsonBody{T}"/>).</summary>
    private static readonly int[] WithBody = [400, 408, 413, 415];

    /// <summary>The types of responses with an entity tag, and what its version is one of.</summary>
    private static readonly Dictionary<Type, string> Versioned = new()
    {
        [typeof(OrderResponse)] = "order", [typeof(StockItemResponse)] = "stock item", [typeof(StockSettingsResponse)] = "settings",
    };

    /// <summary>Completes one operation.</summary>
    public static Task Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var document = context.Document!;
        var endpoint = context.Description.ActionDescriptor.EndpointMetadata;
        List<IAuthorizeData> requirements = endpoint.OfType<IAllowAnonymous>().Any() ? [] : [.. endpoint.OfType<IAuthorizeData>()];
        var forAdmins = requirements.Any(requirement => requirement.Policy == BearerTokens.AdminPolicy);

        var parameters = operation.Parameters ??= [];
        foreach (var parameter in parameters.OfType<OpenApiParameter>()) Parameters.Complete(parameter, context.Description.RelativePath?.TrimEnd('/'));
        var headers = endpoint.OfType<AcceptedHeaders>().SelectMany(accepted => accepted.Names).ToList();
        foreach (var name in headers) parameters.Add(Parameters.Header(name, isRead: context.Description.HttpMethod == HttpMethods.Get));
        CompleteBody(operation, context);
        CompleteResponses(operation, context, isRepeatable: headers.Contains(IdempotencyKey.Name));

        // Every operation can answer 400: for a header that it does not accept (Http.UnsupportedHeaders).
        SortedSet<int> errors = [400, .. endpoint.OfType<ErrorStatuses>().SelectMany(each => each.Statuses)];
        if (requirements.Count > 0) errors.UnionWith(WithToken);
        if (forAdmins) errors.Add(403);
        if (operation.RequestBody is not null) errors.UnionWith(WithBody);
        foreach (var status in errors)
            operation.Responses![status.ToString(CultureInfo.InvariantCulture)] = ProblemResponses.Reference(status, document);

        if (requirements.Count > 0)
            operation.Security = [new() { [new OpenApiSecuritySchemeReference(OpenApiSetup.Token, document)] = forAdmins ? [CallerIdentity.AdminRole] : [] }];
        if (forAdmins) operation.Description = $"For admins only. {operation.Description}".TrimEnd();
        return Task.CompletedTask;
    }

    private static void CompleteBody(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (operation.RequestBody is not OpenApiRequestBody { Content: { } content } body) return;

        var type = context.Description.ParameterDescriptions.Single(parameter => parameter.Source == BindingSource.Body).Type;
        var isImport = type == typeof(ImportStockRequest);
        body.Description = string.Create(
            CultureInfo.InvariantCulture,
            $"{(isImport ? "JSON or CSV" : "JSON")} in UTF-8 without a content coding, at most {(isImport ? ImportStockRequest.MaxBytes : JsonBody.MaxBytes)} bytes. "
            + $"Unknown members are rejected.");
        content["application/json"].Examples = Examples.ForRequest(type);
        if (isImport) content[ImportStockBody.Csv] = Csv();
    }

    private static OpenApiMediaType Csv() => new()
    {
        Schema = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Description = "RFC 4180: a header line with the names of the members in any order, and a line for each product. An empty field is an absent member.",
        },
        Example = Examples.Csv,
    };

    private static void CompleteResponses(OpenApiOperation operation, OpenApiOperationTransformerContext context, bool isRepeatable)
    {
        foreach (var produced in context.Description.SupportedResponseTypes)
        {
            var status = produced.StatusCode.ToString(CultureInfo.InvariantCulture);
            if (!operation.Responses!.TryGetValue(status, out var found) || found is not OpenApiResponse response) continue;

            if (produced.StatusCode == StatusCodes.Status304NotModified)
            {
                response.Description = "The client has the current version. There is no body.";
                response.Headers = new Dictionary<string, IOpenApiHeader> { [HeaderNames.ETag] = Tag("resource", isAlways: true) };
                continue;
            }

            response.Description = Examples.Describe(operation.OperationId!, produced.Type!);
            response.Content!.Single().Value.Example = Examples.ForResponse(operation.OperationId!, produced.Type!);
            var headers = response.Headers = new Dictionary<string, IOpenApiHeader>();
            if (Versioned.TryGetValue(produced.Type!, out var owner)) headers[HeaderNames.ETag] = Tag(owner, isAlways: produced.Type == typeof(OrderResponse));
            if (isRepeatable)
            {
                headers[IdempotencyKey.ReplayedHeader] = Parameters.ResponseHeader(
                    "`true` if this is the response to an earlier request with the same key.", "true", isAlways: false);
            }

            if (produced.StatusCode != StatusCodes.Status201Created) continue;

            headers[HeaderNames.Location] = Parameters.ResponseHeader("The path of the new order.", "/orders/42", isAlways: true);
            headers[PreferredWait.AppliedHeader] = Parameters.ResponseHeader("The wait that was applied.", "wait=5", isAlways: false);
        }
    }

    /// <remarks>A silo of 1.0.0 does not tell a stock item's version.</remarks>
    private static OpenApiHeader Tag(string owner, bool isAlways) => Parameters.ResponseHeader(
        $"The version of the {owner}, for `If-Match` and `If-None-Match`.{(isAlways ? "" : " Absent while the service is updated.")}", IfMatch.ToETag(2), isAlways);
}
