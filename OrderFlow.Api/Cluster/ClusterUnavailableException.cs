namespace OrderFlow.Api.Cluster;

/// <summary>The cluster did not answer. The request is answered with 503 and <c>Retry-After</c>.</summary>
/// <param name="cause">The last error.</param>
/// <param name="wasSent">Whether a call may have reached a grain. If not, nothing was changed.</param>
internal sealed class ClusterUnavailableException(Exception? cause, bool wasSent = true) : Exception(wasSent ? OutcomeUnknown : NotCarriedOut, cause)
{
    /// <summary>Whether a call may have reached a grain.</summary>
    public bool WasSent { get; } = wasSent;

    /// <summary>The problem's detail if the call may have been carried out.</summary>
    public const string OutcomeUnknown =
        "The service is temporarily unavailable. Whether the request was carried out is unknown: read the resource before you send a change again. "
        + "A GET, and a POST with the same Idempotency-Key, can be repeated as they are.";

    /// <summary>The problem's detail if the call was certainly not carried out.</summary>
    public const string NotCarriedOut = "The service is temporarily unavailable. The request was not carried out; send it again after the time in Retry-After.";
}

/// <summary>A call was not sent, so it has no effect.</summary>
internal sealed class CallNotSentException(string reason) : Exception(reason);
