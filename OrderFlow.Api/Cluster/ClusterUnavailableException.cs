namespace OrderFlow.Api.Cluster;

/// <summary>The cluster did not answer, for no fault of the request: answered with 503 and <c>Retry-After</c>.</summary>
internal sealed class ClusterUnavailableException(Exception cause) : Exception(OutcomeUnknown, cause)
{
    /// <summary>What the caller is told: neither that it was done, nor that it was not.</summary>
    public const string OutcomeUnknown = "The service cannot answer at the moment. Whether the request was carried out is not known; look, or try again.";
}
