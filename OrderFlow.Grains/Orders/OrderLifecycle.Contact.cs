namespace OrderFlow.Orders;

/// <summary>Whom to notify.</summary>
internal static partial class OrderLifecycle
{
    /// <summary>Removes whom to notify, also from a tombstone row, where 1.0.0 leaves it.</summary>
    public static OrderDecision RemoveContact(OrderState order, DateTimeOffset now) =>
        order.Status == OrderStatus.Unknown ? RefuseUnknown(order)
        : order.Contact is null ? OrderDecision.NoChange
        : OrderDecision.Accept(NextVersion(order, now) with { Contact = null });

    /// <summary>False where the request names another contact than the order has. One that was removed since equals any; what a token says may change.</summary>
    private static bool IsSameContact(OrderState order, PlaceOrder command) =>
        command.Contact is not { } asked || order.Contact is not { } placed
        || (asked.Locale == placed.Locale && (asked.Email is null || string.Equals(asked.Email, placed.Email, StringComparison.OrdinalIgnoreCase)));

    private static OrderContact? ContactOf(PlaceOrder command) =>
        command.Contact is { } asked ? asked with { Email = asked.Email ?? command.DefaultContact?.Email } : command.DefaultContact;
}
