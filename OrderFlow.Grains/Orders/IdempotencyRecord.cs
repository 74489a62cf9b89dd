namespace OrderFlow.Orders;

/// <summary>What is kept of an <c>Idempotency-Key</c>.</summary>
internal sealed record IdempotencyRecord
{
    /// <summary>The name it is stored under; unique among all states in the default grain storage.</summary>
    public const string StateName = "idempotency";

    /// <summary>The order that is placed with the key.</summary>
    public required long OrderId { get; init; }

    /// <summary>What tells the command from another.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The request that the order is placed for; null on keys that 1.0.0 has kept.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>When the key was used first; null on keys that 1.0.0 has kept.</summary>
    public DateTimeOffset? UsedAt { get; init; }
}
