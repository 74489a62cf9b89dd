namespace OrderFlow.Api.OpenApi;

/// <summary>The errors that an endpoint itself answers with.</summary>
/// <param name="Statuses">Their statuses.</param>
internal sealed record ErrorStatuses(IReadOnlyList<int> Statuses);

/// <summary>The headers that an endpoint takes.</summary>
/// <param name="Names">Their names.</param>
internal sealed record AcceptedHeaders(IReadOnlyList<string> Names);

/// <summary>What an endpoint says of itself for the API's description.</summary>
internal static class EndpointDescriptions
{
    /// <summary>Names an endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="name">Its <c>operationId</c>.</param>
    /// <param name="summary">What it does, in a sentence.</param>
    /// <param name="refusals">
    /// The statuses it refuses with, apart from those that follow from what it is: that it demands a token or an admin, reads a body, or asks the cluster
    /// (<see cref="Operations"/>).
    /// </param>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string summary, params int[] refusals) =>
        endpoint.WithName(name).WithSummary(summary).WithMetadata(new ErrorStatuses(refusals));

    /// <summary>Names the request headers that mean something to an endpoint, apart from those that do to all.</summary>
    public static RouteHandlerBuilder AcceptsHeaders(this RouteHandlerBuilder endpoint, params string[] names) => endpoint.WithMetadata(new AcceptedHeaders(names));
}
