namespace OrderFlow.Api.Cluster;

/// <summary>The cluster did not answer, for no fault of the request: answered with 503 and <c>Retry-After</c>.</summary>
/// <param name="cause">What went wrong.</param>
/// <param name="wasCalled">Whether a grain may have been reached. Where none was, nothing was done.</param>
internal sealed class ClusterUnavailableException(Exception? cause, bool wasCalled = true) : Exception(wasCalled ? OutcomeUnknown : NotCarriedOut, cause)
{
    /// <summary>What the caller is told where it is not known whether it was done.</summary>
    public const string OutcomeUnknown =
        "The service cannot answer at the moment. Whether the request was carried out is not known: read what it was to change before you send it again. "
        + "What only reads, and a POST with the same Idempotency-Key, can be sent again as it is.";

    /// <summary>What the caller is told where it certainly was not done.</summary>
    public const string NotCarriedOut = "The service cannot take the request at the moment. It was not carried out; send it again after the time in Retry-After.";
}

/// <summary>A call was not made, so that it had no effect and never will.</summary>
internal sealed class CallNotSentException(string reason) : Exception(reason);
