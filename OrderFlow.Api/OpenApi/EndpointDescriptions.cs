namespace OrderFlow.Api.OpenApi;

/// <summary>The error statuses that are specific to an endpoint.</summary>
/// <param name="Statuses">Their statuses.</param>
internal sealed record ErrorStatuses(IReadOnlyList<int> Statuses);

/// <summary>The request headers that an endpoint accepts, beyond those that all do.</summary>
/// <param name="Names">Their names.</param>
internal sealed record AcceptedHeaders(IReadOnlyList<string> Names);

/// <summary>Describes endpoints for OpenAPI.</summary>
internal static class EndpointDescriptions
{
    /// <summary>Names an endpoint, and lists its error statuses.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="name">Its <c>operationId</c>.</param>
    /// <param name="summary">What it does, as a short imperative.</param>
    /// <param name="errors">
    /// Its error statuses, except those that <see cref="Operations"/> derives: from requiring a token or an admin, reading a body, or calling the cluster.
    /// </param>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string summary, params int[] errors) =>
        endpoint.WithName(name).WithSummary(summary).WithMetadata(new ErrorStatuses(errors));

    /// <summary>Adds <see cref="AcceptedHeaders"/>.</summary>
    public static RouteHandlerBuilder AcceptsHeaders(this RouteHandlerBuilder endpoint, params string[] names) =>
        endpoint.WithMetadata(new AcceptedHeaders(names));
}
