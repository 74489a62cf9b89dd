using System.Collections.Immutable;
using Npgsql;
using OrderFlow.Inventory;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="IStockIndex"/>
internal sealed class StockIndex(NpgsqlDataSource database) : IStockIndex
{
    public async Task<Page<StockItem>> List(int page, int limit, string? afterProductId = null)
    {
        await using var batch = database.CreateBatch();
        batch.Command("SELECT count(*) FROM stock_items");
        AddPage(batch, page, limit, afterProductId);

        await using var rows = await batch.ExecuteReaderAsync();
        await rows.ReadAsync();
        var total = rows.GetInt64(0);

        await rows.NextResultAsync();
        var items = ImmutableArray.CreateBuilder<StockItem>(limit);
        while (await rows.ReadAsync()) items.Add(StockRow.Read(rows).Item);
        return new(items.DrainToImmutable(), total, page, limit);
    }

    /// <summary>Adds the statement that reads one page in the order of the primary key, which serves it either way.</summary>
    private static void AddPage(NpgsqlBatch batch, int page, int limit, string? afterProductId)
    {
        if (afterProductId is { } last)
            batch.Command($"SELECT {StockRow.Columns} FROM stock_items WHERE product_id > $1 ORDER BY product_id LIMIT $2").With(last).With((long)limit);
        else
            batch.Command($"SELECT {StockRow.Columns} FROM stock_items ORDER BY product_id LIMIT $1 OFFSET $2").With((long)limit).With((page - 1L) * limit);
    }
}
