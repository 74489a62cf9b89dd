using System.Collections.Frozen;

namespace OrderFlow.Orders;

/// <summary>One type of event, as the <see cref="OrderEventCatalogue"/> defines it.</summary>
/// <param name="Type">The type.</param>
/// <param name="Name">Its name in the outbox and in CloudEvents, which is also its Kafka topic.</param>
/// <param name="Status">The status it leads to, which is what live followers see.</param>
/// <param name="NotifiedByDefault">True where customers are notified of it unless <c>Notifications__Events</c> says otherwise.</param>
/// <param name="Headline">What a notification says of the order, after its number; null where customers are never notified.</param>
public sealed record OrderEventDefinition(OrderEventType Type, string Name, OrderStatus Status, bool NotifiedByDefault, string? Headline);

/// <summary>Defines all event types in one place; topics, notifications, live updates and metrics derive from it.</summary>
public static class OrderEventCatalogue
{
    /// <summary>All types, in their order.</summary>
    public static IReadOnlyList<OrderEventDefinition> All { get; } = [.. Enum.GetValues<OrderEventType>().Select(Define)];

    private static readonly FrozenDictionary<string, OrderEventDefinition> ByName = All.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>The type's name.</summary>
    public static string ToName(this OrderEventType type) => All[(int)type].Name;

    /// <summary>The type with this name; null where this version has none, as for a newer version's event.</summary>
    public static OrderEventDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    private static OrderEventDefinition Define(OrderEventType type) => type switch
    {
        OrderEventType.Created => new(type, "order.created", OrderStatus.Pending, NotifiedByDefault: false, "was received"),
        OrderEventType.Reserved => new(type, "order.reserved", OrderStatus.Reserved, NotifiedByDefault: true, "is reserved"),
        OrderEventType.Failed => new(type, "order.failed", OrderStatus.Failed, NotifiedByDefault: true, "could not be reserved"),
        OrderEventType.Cancelled => new(type, "order.cancelled", OrderStatus.Cancelled, NotifiedByDefault: true, "is cancelled"),
        OrderEventType.Reopened => new(type, "order.reopened", OrderStatus.Pending, NotifiedByDefault: false, "is being processed again"),
        OrderEventType.Confirmed => new(type, "order.confirmed", OrderStatus.Confirmed, NotifiedByDefault: false, "is confirmed"),
        OrderEventType.Fulfilled => new(type, "order.fulfilled", OrderStatus.Fulfilled, NotifiedByDefault: true, "is on its way"),
    };
}
