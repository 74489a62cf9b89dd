using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
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

    /// <summary>Completes one operation.</summary>
    public static Task Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var document = context.Document!;
        var endpoint = context.Description.ActionDescriptor.EndpointMetadata;
        List<IAuthorizeData> requirements = endpoint.OfType<IAllowAnonymous>().Any() ? [] : [.. endpoint.OfType<IAuthorizeData>()];
        var forAdmins = requirements.Any(requirement => requirement.Policy == BearerTokens.AdminPolicy);

        var parameters = operation.Parameters ??= [];
        foreach (var parameter in parameters.OfType<OpenApiParameter>()) Parameters.Complete(parameter, context.Description.RelativePath?.TrimEnd('/'));
        foreach (var name in endpoint.OfType<AcceptedHeaders>().SelectMany(accepted => accepted.Names)) parameters.Add(Parameters.Header(name));
        CompleteBody(operation, context);
        CompleteResponses(operation, context);

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
        body.Description = string.Create(
            CultureInfo.InvariantCulture,
            $"JSON in UTF-8 without a content coding, at most {Http.JsonBody.MaxBytes} bytes. Unknown members are rejected.");
        content["application/json"].Examples = Examples.ForRequest(type);
    }

    private static void CompleteResponses(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        foreach (var produced in context.Description.SupportedResponseTypes)
        {
            var status = produced.StatusCode.ToString(CultureInfo.InvariantCulture);
            if (!operation.Responses!.TryGetValue(status, out var found) || found is not OpenApiResponse response) continue;

            if (produced.StatusCode == StatusCodes.Status304NotModified)
            {
                response.Description = "The client has the current version. There is no body.";
                response.Headers = new Dictionary<string, IOpenApiHeader> { [HeaderNames.ETag] = Tag() };
                continue;
            }

            response.Description = Examples.Describe(operation.OperationId!, produced.Type!);
            response.Content!.Single().Value.Example = Examples.ForResponse(operation.OperationId!, produced.Type!);
            var headers = response.Headers = new Dictionary<string, IOpenApiHeader>();
            if (produced.Type == typeof(OrderResponse)) headers[HeaderNames.ETag] = Tag();
            if (produced.StatusCode != StatusCodes.Status201Created) continue;

            headers[HeaderNames.Location] = Parameters.ResponseHeader("The path of the new order.", "/orders/42", isAlways: true);
            headers[IdempotencyKey.ReplayedHeader] = Parameters.ResponseHeader(
                "`true` if this is the response to an earlier request with the same key.", "true", isAlways: false);
            headers[PreferredWait.AppliedHeader] = Parameters.ResponseHeader("The wait that was applied.", "wait=5", isAlways: false);
        }
    }

    private static OpenApiHeader Tag() =>
        Parameters.ResponseHeader("The order's version, for `If-Match` and `If-None-Match`.", IfMatch.ToETag(2), isAlways: true);
}
