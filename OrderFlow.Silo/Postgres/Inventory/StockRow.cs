using Npgsql;
using OrderFlow.Inventory;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <summary>A row of <c>stock_items</c>.</summary>
internal sealed record StockRow(StockItem Item, long Version)
{
    /// <summary>The columns that <see cref="Read"/> expects, in this order.</summary>
    public const string Columns = "product_id, available_quantity, reserved_quantity, unit_price, updated_at, version";

    /// <summary>The name of the table, for errors.</summary>
    public const string Table = "stock_items";

    public static StockRow Read(NpgsqlDataReader row) => new(
        new StockItem(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetMoney(3), row.GetTime(4)),
        row.GetInt64(5));

    /// <summary>Reads an item for a list, which must not fail for one unreadable row: its price and time are left out and reported.</summary>
    public static StockItem ReadForList(NpgsqlDataReader row, UnreadableRowLog? unreadable)
    {
        var (read, error) = RowRead.Try(Table, row.GetString(0), () => Read(row));
        if (error is null) return read!.Item;

        unreadable?.Report(Table, row.GetString(0), error.Message);
        return new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), UnitPrice: 0, DateTimeOffset.UnixEpoch);
    }
}
