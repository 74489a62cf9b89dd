using OrderFlow.Orders;

namespace OrderFlow.Api.Live;

/// <summary>A change of an order's status.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="Status">What it became: pending, reserved, failed or cancelled; one of a newer version as that has stored it.</param>
/// <param name="Version">The order's version that this change made.</param>
/// <param name="At">When; UTC, written with Z.</param>
internal sealed record OrderChangeResponse(long OrderId, string Status, long Version, DateTime At)
{
    /// <summary>The name of the event.</summary>
    public const string EventName = "order";

    /// <summary>A change as it goes on the wire.</summary>
    public static OrderChangeResponse Of(long orderId, OrderTransition transition) =>
        new(orderId, transition.StatusName, transition.Version, transition.At.UtcDateTime);
}

/// <summary>The order that was followed is gone; the last event of its stream.</summary>
/// <param name="OrderId">The order's number.</param>
internal sealed record OrderDeletedResponse(long OrderId)
{
    /// <summary>The name of the event.</summary>
    public const string EventName = "deleted";
}

/// <summary>The client did not read fast enough, and changes were dropped.</summary>
/// <param name="Count">How many.</param>
internal sealed record MissedResponse(int Count)
{
    /// <summary>The name of the event.</summary>
    public const string EventName = "missed";
}
