using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres.Orders;

/// <summary>JSON of the columns <c>orders.items</c>, <c>orders.transitions</c>, <c>orders.tracking</c> and <c>outbox.payload</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    Converters = [typeof(UtcTimeJson)])]
[JsonSerializable(typeof(ImmutableArray<OrderLine>))]
[JsonSerializable(typeof(ImmutableArray<StoredTransition>))]
[JsonSerializable(typeof(OrderCreated))]
[JsonSerializable(typeof(OrderReserved))]
[JsonSerializable(typeof(OrderFailed))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(OrderReopened))]
[JsonSerializable(typeof(OrderConfirmed))]
[JsonSerializable(typeof(OrderFulfilled))]
[JsonSerializable(typeof(Tracking))]
internal sealed partial class OrderJson : JsonSerializerContext
{
    /// <summary>The event as <c>outbox.payload</c> holds it.</summary>
    public static string Serialize(OrderEvent @event)
    {
        JsonTypeInfo type = @event.Type switch
        {
            OrderEventType.Created => Default.OrderCreated,
            OrderEventType.Reserved => Default.OrderReserved,
            OrderEventType.Failed => Default.OrderFailed,
            OrderEventType.Cancelled => Default.OrderCancelled,
            OrderEventType.Reopened => Default.OrderReopened,
            OrderEventType.Confirmed => Default.OrderConfirmed,
            OrderEventType.Fulfilled => Default.OrderFulfilled,
        };
        return JsonSerializer.Serialize(@event, type);
    }
}

/// <summary>A stored change of status. The status is a name, because a newer version may store one that this version does not know.</summary>
internal sealed record StoredTransition(string Status, long Version, DateTimeOffset At, string? Actor = null)
{
    public static StoredTransition Of(OrderTransition transition) => new(transition.StatusName, transition.Version, transition.At, transition.Actor);

    public OrderTransition ToTransition()
    {
        var (status, unknown) = OrderStatusNames.FromStored(Status);
        return new(status, Version, At, unknown, Actor);
    }
}
