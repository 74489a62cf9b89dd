namespace OrderFlow.Orders;

/// <summary>What the order grain stores: the order, and the event to insert into the outbox in the same transaction.</summary>
/// <param name="Order">The order as it is to be, or was, persisted.</param>
/// <param name="Event">The event of its last transition; null on reading, and where the status stays.</param>
internal sealed record OrderRecord(OrderState Order, OrderEvent? Event = null);
