using System.Collections.Immutable;
using Npgsql;
using OrderFlow.Inventory;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <summary>One write of a stock item.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Item">The counts; null to write only tombstone rows of an unknown product.</param>
/// <param name="Version">The new version; the first is 1.</param>
/// <param name="Reservations">The reservation rows to insert or replace.</param>
/// <param name="MustBeNew">True where the rows must not exist yet.</param>
internal sealed record StockWrite(string ProductId, StockItem? Item, long Version, ImmutableArray<StockReservation> Reservations, bool MustBeNew);

/// <summary>The statements that write stock items and their reservations.</summary>
internal sealed class StockStatements : IBatchStatements<StockWrite>
{
    private const string InsertItems = """
        INSERT INTO stock_items (product_id, available_quantity, reserved_quantity, unit_price, version, updated_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
        """;

    private const string UpdateItems = """
        WITH changed AS (
          UPDATE stock_items s
          SET available_quantity = w.available, reserved_quantity = w.reserved, unit_price = w.unit_price, version = w.version, updated_at = w.updated_at
          FROM unnest($1, $2, $3, $4, $5, $6) AS w (product_id, available, reserved, unit_price, version, updated_at)
          WHERE s.product_id = w.product_id AND s.version = w.version - 1
          RETURNING s.product_id)
        SELECT require_rows(count(*), $7) FROM changed
        """;

    private const string RequireNoItems = "SELECT require_rows(count(*), 0) FROM stock_items WHERE product_id = ANY ($1)";

    private const string InsertReservations = """
        INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at, consumed)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private const string UpsertReservations = $"""
        {InsertReservations}
        ON CONFLICT (product_id, order_id) DO UPDATE
        SET attempt = excluded.attempt, quantity = excluded.quantity, unit_price = excluded.unit_price,
            tentative = excluded.tentative, released_at = excluded.released_at, consumed = excluded.consumed
        """;

    public string Store => "stock";

    public int Compare(StockWrite? x, StockWrite? y) => string.CompareOrdinal(x!.ProductId, y!.ProductId);

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<StockWrite> writes)
    {
        var created = writes.Where(write => write is { Item: not null, Version: 1 }).ToList();
        if (created.Count > 0) AddCounts(batch.Command(InsertItems), created);

        var changed = writes.Where(write => write is { Item: not null, Version: > 1 }).ToList();
        if (changed.Count > 0) AddCounts(batch.Command(UpdateItems), changed).With((long)changed.Count);

        var absent = writes.Where(write => write.Item is null).ToList();
        if (absent.Count > 0) batch.Command(RequireNoItems).WithColumn(absent, write => write.ProductId);

        AddReservations(batch, InsertReservations, writes.Where(write => write.MustBeNew));
        AddReservations(batch, UpsertReservations, writes.Where(write => !write.MustBeNew));
    }

    private static void AddReservations(NpgsqlBatch batch, string statement, IEnumerable<StockWrite> writes)
    {
        var rows = writes.SelectMany(write => write.Reservations, (write, row) => (write.ProductId, Row: row)).ToList();
        if (rows.Count == 0) return;

        batch.Command(statement)
            .WithColumn(rows, row => row.ProductId)
            .WithColumn(rows, row => row.Row.OrderId)
            .WithColumn(rows, row => row.Row.Attempt)
            .WithColumn(rows, row => row.Row.Quantity)
            .WithColumn(rows, row => row.Row.UnitPrice)
            .WithColumn(rows, row => row.Row.Tentative)
            .WithColumn(rows, row => row.Row.ReleasedAt)
            .WithColumn(rows, row => row.Row.Consumed);
    }

    private static NpgsqlBatchCommand AddCounts(NpgsqlBatchCommand command, List<StockWrite> writes) => command
        .WithColumn(writes, write => write.ProductId)
        .WithColumn(writes, write => write.Item!.AvailableQuantity)
        .WithColumn(writes, write => write.Item!.ReservedQuantity)
        .WithColumn(writes, write => write.Item!.UnitPrice)
        .WithColumn(writes, write => write.Version)
        .WithColumn(writes, write => write.Item!.UpdatedAt);
}
