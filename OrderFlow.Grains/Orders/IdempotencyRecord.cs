namespace OrderFlow.Orders;

/// <summary>What is stored of an <c>Idempotency-Key</c>.</summary>
internal sealed record IdempotencyRecord
{
    /// <summary>The state's name, unique in the default grain storage.</summary>
    public const string StateName = "idempotency";

    /// <summary>The order that is placed with the key.</summary>
    public required long OrderId { get; init; }

    /// <summary>Identifies the command: <see cref="CommandFingerprint"/>.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The request that the order is placed for; null on keys that 1.0.0 stored.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>When the key was used first; null on keys that 1.0.0 stored.</summary>
    public DateTimeOffset? UsedAt { get; init; }
}
