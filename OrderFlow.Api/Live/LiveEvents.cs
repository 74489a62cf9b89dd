using OrderFlow.Orders;

namespace OrderFlow.Api.Live;

/// <summary>A change of an order's status.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="Status">The new status; while the service is updated it may be one that a newer version has stored.</param>
/// <param name="Version">The order's version after this change.</param>
/// <param name="At">When; UTC, written with Z.</param>
internal sealed record OrderChangeResponse(long OrderId, string Status, long Version, DateTime At)
{
    /// <summary>The name of the event.</summary>
    public const string EventName = "order";

    /// <summary>Maps a change.</summary>
    public static OrderChangeResponse Of(long orderId, OrderTransition transition) =>
        new(orderId, transition.StatusName, transition.Version, transition.At.UtcDateTime);
}

/// <summary>The order was deleted; the last event of its stream.</summary>
/// <param name="OrderId">The order's number.</param>
internal sealed record OrderDeletedResponse(long OrderId)
{
    /// <summary>The name of the event.</summary>
    public const string EventName = "deleted";
}

/// <summary>Changes were dropped because the client did not read fast enough.</summary>
/// <param name="Count">How many.</param>
internal sealed record MissedResponse(int Count)
{
    /// <summary>The name of the event.</summary>
    public const string EventName = "missed";
}
