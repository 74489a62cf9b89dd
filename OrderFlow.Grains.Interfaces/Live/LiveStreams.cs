namespace OrderFlow.Live;

/// <summary>The streams of <see cref="LiveChanges"/>: one for each outbox partition, named by its number (ADR 9).</summary>
public static class LiveStreams
{
    /// <summary>The name of the stream provider, on silos and clients.</summary>
    public const string Provider = "live";

    /// <summary>The namespace of the streams.</summary>
    public const string Namespace = "order-changes";
}
