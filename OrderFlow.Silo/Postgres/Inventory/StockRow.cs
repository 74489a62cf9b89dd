using Npgsql;
using OrderFlow.Inventory;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <summary>Reads rows of <c>stock_items</c>.</summary>
internal static class StockRow
{
    /// <summary>The columns that <see cref="Read"/> expects, in this order.</summary>
    public const string Columns = $"{ItemColumns}, recorded_available, recorded_reserved, is_low";

    /// <summary>The columns that <see cref="ReadForList"/> expects, in this order.</summary>
    public const string ItemColumns =
        "product_id, available_quantity, reserved_quantity, unit_price, updated_at, version, low_stock_threshold, settings_version, archived_at";

    /// <summary>The name of the table, for errors.</summary>
    public const string Table = "stock_items";

    public static StockRecord Read(NpgsqlDataReader row)
    {
        var item = ReadItem(row);
        return new(item)
        {
            Unrecorded = new(item.AvailableQuantity - row.GetInt64(9), item.ReservedQuantity - row.GetInt64(10)),
            IsAnnouncedLow = row.GetBoolean(11),
        };
    }

    /// <summary>Reads an item for a list, which must not fail for one unreadable row: its price and time are left out and reported.</summary>
    public static StockItem ReadForList(NpgsqlDataReader row, UnreadableRowLog? unreadable)
    {
        var (item, error) = RowRead.Try(Table, row.GetString(0), () => ReadItem(row));
        if (error is null) return item!;

        unreadable?.Report(Table, row.GetString(0), error.Message);
        return new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), UnitPrice: 0, DateTimeOffset.UnixEpoch);
    }

    private static StockItem ReadItem(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetMoney(3), row.GetTime(4), row.GetInt64(5),
        row.IsDBNull(6) ? null : row.GetInt64(6), row.GetInt64(7), row.GetTimeOrNull(8));
}
