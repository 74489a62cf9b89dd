namespace OrderFlow.Orders;

/// <summary>Why an order is cancelled, where no admin gave a text. No text may equal one of them.</summary>
public static class CancelReasons
{
    /// <summary>Its owner or an admin cancelled it.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>It was deleted.</summary>
    public const string Deleted = "deleted";

    /// <summary>It was not confirmed in time.</summary>
    public const string Expired = "expired";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Cancelled, Deleted, Expired];
}
