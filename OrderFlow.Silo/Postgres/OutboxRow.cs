using System.Globalization;
using System.Text.Json;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres;

/// <summary>An event as a row of the outbox.</summary>
internal sealed record OutboxRow(string Id, long OrderId, string Type, string Payload, short Partition, DateTimeOffset OccurredAt)
{
    /// <summary>Partitions of the outbox; an order's events all go to one. Fixed: a change needs the outbox drained first.</summary>
    public const int Partitions = 8;

    public const string AggregateType = "order";

    public string AggregateId => OrderId.ToString(CultureInfo.InvariantCulture);

    public static OutboxRow Of(OrderEvent told) => new(
        told.Id,
        told.OrderId,
        told.Type,
        JsonSerializer.Serialize(told, told.GetType(), OrderJson.Default),
        (short)(told.OrderId % Partitions),
        told.OccurredAt);
}
