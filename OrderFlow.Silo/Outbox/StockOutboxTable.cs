using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Outbox;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Postgres.Inventory;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Outbox;

/// <summary>An event of a product as a row of its outbox.</summary>
internal sealed record StockOutboxRow(
    string Id, string ProductId, string Type, string Payload, short Partition, DateTimeOffset OccurredAt, TraceContext? Trace)
{
    public static StockOutboxRow Of(StockLevelChanged change) => new(
        change.Id, change.ProductId, change.Name, JsonSerializer.Serialize(change, StockJson.Default.StockLevelChanged), PartitionOf(change.ProductId), change.OccurredAt,
        TraceContext.Current);

    /// <summary>The same in every process.</summary>
    private static short PartitionOf(string productId) => (short)(XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(productId)) % IStockOutboxGrain.Partitions);
}

/// <summary>Signals that partitions of the products' outbox have rows to publish.</summary>
internal sealed class StockOutboxSignal() : OutboxSignal(IStockOutboxGrain.Partitions);

/// <inheritdoc cref="IStockOutbox"/>
internal sealed class StockOutboxTable(NpgsqlDataSource database) : IStockOutbox
{
    private const string ReadSql = """
        SELECT seq, id, product_id, type, payload::text, occurred_at, traceparent, tracestate FROM stock_outbox WHERE partition = $1 ORDER BY seq LIMIT $2
        """;

    public async Task<IReadOnlyList<StockOutboxEvent>> Read(int partition, int limit) =>
        await database.CreateCommand(ReadSql).With((short)partition).With((long)limit).ReadRows()
            .Select(row => new StockOutboxEvent(
                row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetTime(5),
                TraceContext.Of(row.GetStringOrNull(6), row.GetStringOrNull(7))))
            .ToListAsync();

    public Task Delete(IReadOnlyList<long> published) => database.CreateCommand("DELETE FROM stock_outbox WHERE seq = ANY ($1)").With(published.ToArray()).Execute();
}
