using System.Text.Json;
using Npgsql;
using OrderFlow.Inventory;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <inheritdoc cref="IStockOperations"/>
internal sealed class StockOperations(NpgsqlDataSource database) : IStockOperations
{
    private const string FindSql = "SELECT id, fingerprint, request_id, answer, used_at FROM stock_operations WHERE product_id = $1 AND id = ANY ($2)";

    public async Task<IReadOnlyList<StoredStockOperation>> Find(string productId, IReadOnlyList<string> ids) =>
        await database.CreateCommand(FindSql).With(productId).With(ids.ToArray()).ReadRows()
            .Select(row => new StoredStockOperation(
                row.GetString(0), row.GetString(1), row.GetGuid(2), JsonSerializer.Deserialize(row.GetString(3), StockJson.Default.StockItem)!, row.GetTime(4)))
            .ToListAsync();
}
