namespace OrderFlow.Api.Cluster;

/// <summary>The cluster did not answer, for no fault of the request: answered with 503 and <c>Retry-After</c>.</summary>
internal sealed class ClusterUnavailableException(Exception cause)
    : Exception("The service cannot answer at the moment. Whether the request was carried out is not known; look, or try again.", cause);
