using System.Globalization;
using OrderFlow.Orders;
using OrderFlow.Outbox;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Outbox;

/// <summary>An event as a row of the outbox.</summary>
internal sealed record OutboxRow(
    string Id, long OrderId, string Type, string Payload, short Partition, DateTimeOffset OccurredAt, TraceContext? Trace = null)
{
    public const string AggregateType = "order";

    public string AggregateId => OrderId.ToString(CultureInfo.InvariantCulture);

    public static OutboxRow Of(OrderEvent orderEvent) => new(
        orderEvent.Id,
        orderEvent.OrderId,
        orderEvent.Name,
        OrderJson.Serialize(orderEvent),
        (short)(orderEvent.OrderId % OutboxPartitions.Count),
        orderEvent.OccurredAt,
        TraceContext.Current);
}
