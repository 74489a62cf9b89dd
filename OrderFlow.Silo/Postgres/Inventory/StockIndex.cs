using Npgsql;
using OrderFlow.Inventory;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <inheritdoc cref="IStockIndex"/>
internal sealed class StockIndex(ListQueryLimiter lists, NpgsqlDataSource ids, UnreadableRowLog? unreadable = null) : IStockIndex
{
    public Task<Page<StockItem>> List(int page, int limit, string? afterProductId = null) => lists.Run(async (database, cancellationToken) =>
    {
        await using var batch = database.CreateBatch();
        batch.Command("SELECT coalesce(sum(count), 0)::bigint FROM stock_item_counts");
        AddPage(batch, page, limit, afterProductId);
        return await batch.ReadPage(page, limit, row => StockRow.ReadForList(row, unreadable), cancellationToken);
    });

    public async Task<ProductName[]> Resolve(string[] productIds) => await ids.CreateCommand(
        """
        SELECT sent.id, normalize(sent.id, NFC), EXISTS (SELECT FROM stock_items WHERE product_id = sent.id)
        FROM unnest($1) WITH ORDINALITY AS sent(id, place) ORDER BY sent.place
        """).With(productIds).ReadRows().Select(row => new ProductName(row.GetString(0), row.GetString(1), row.GetBoolean(2))).ToArrayAsync();

    /// <summary>Adds the statement that reads one page, in the order of the primary key.</summary>
    private static void AddPage(NpgsqlBatch batch, int page, int limit, string? afterProductId)
    {
        if (afterProductId is { } last)
            batch.Command($"SELECT {StockRow.Columns} FROM stock_items WHERE product_id > $1 ORDER BY product_id LIMIT $2").With(last).With((long)limit);
        else
            batch.Command($"SELECT {StockRow.Columns} FROM stock_items ORDER BY product_id LIMIT $1 OFFSET $2").With((long)limit).With((page - 1L) * limit);
    }
}
