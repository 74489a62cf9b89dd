using System.Globalization;
using System.Text.Json;
using OrderFlow.Orders;
using OrderFlow.Outbox;
using OrderFlow.Silo.Postgres;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Outbox;

/// <summary>An event as a row of the outbox.</summary>
internal sealed record OutboxRow(
    string Id, long OrderId, string Type, string Payload, short Partition, DateTimeOffset OccurredAt, TraceContext? Trace = null)
{
    /// <inheritdoc cref="OutboxPartitions.Count"/>
    public const int Partitions = OutboxPartitions.Count;

    public const string AggregateType = "order";

    public string AggregateId => OrderId.ToString(CultureInfo.InvariantCulture);

    public static OutboxRow Of(OrderEvent told) => new(
        told.Id,
        told.OrderId,
        told.Type,
        JsonSerializer.Serialize(told, told.GetType(), OrderJson.Default),
        (short)(told.OrderId % Partitions),
        told.OccurredAt,
        TraceContext.Current);
}
