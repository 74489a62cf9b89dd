using Npgsql;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <inheritdoc cref="IStockMovements"/>
internal sealed class StockMovements(NpgsqlDataSource database) : IStockMovements
{
    /// <summary>The most products that one call looks at.</summary>
    public const int ProductsPerBatch = 5_000;

    /// <summary>The most movements that one call folds, in a fraction of a second.</summary>
    public const int MovementsPerBatch = 5_000;

    private const string FindUnrecordedSql = """
        SELECT product_id FROM stock_items
        WHERE product_id > $1 AND (available_quantity <> recorded_available OR reserved_quantity <> recorded_reserved
          OR archived_at IS NULL AND is_low <> coalesce(available_quantity <= low_stock_threshold, false))
        ORDER BY product_id LIMIT $2
        """;

    // The oldest movements of each product, up to the first that is not old: clocks of silos differ, so that times need not follow versions. Summed up is what was
    // deleted: of two calls at the same time each folds what the other has left. OFFSET 0 keeps the planner on look-ups by key.
    private const string FoldSql = """
        WITH products AS MATERIALIZED (
          SELECT product_id FROM stock_items WHERE product_id > $1 ORDER BY product_id LIMIT $2
        ), due AS MATERIALIZED (
          SELECT p.product_id FROM products AS p,
            LATERAL (
              SELECT bool_or(occurred_at < $4 AND (place > 1 OR kind <> 'opening')) AS is_due
              FROM (SELECT kind, occurred_at, row_number() OVER () AS place FROM (
                SELECT kind, occurred_at FROM stock_movements AS s WHERE s.product_id = p.product_id ORDER BY version, ordinal LIMIT 2) AS first_two) AS numbered
            ) AS oldest
          WHERE is_due
        ), old AS MATERIALIZED (
          SELECT m.row FROM due,
            LATERAL (
              SELECT s.ctid AS row, bool_and(s.occurred_at < $4) OVER (ORDER BY s.version, s.ordinal) AS is_old
              FROM (SELECT ctid, * FROM stock_movements WHERE product_id = due.product_id ORDER BY version, ordinal LIMIT $3 OFFSET 0) AS s
            ) AS m
          WHERE is_old LIMIT $3
        ), removed AS (
          DELETE FROM stock_movements WHERE ctid = ANY (ARRAY(SELECT row FROM old))
          RETURNING product_id, version, ordinal, available_delta, reserved_delta, occurred_at
        ), folded AS (
          INSERT INTO stock_movements (product_id, version, ordinal, kind, available_delta, reserved_delta, occurred_at)
          SELECT product_id, (array_agg(version ORDER BY version DESC, ordinal DESC))[1], (array_agg(ordinal ORDER BY version DESC, ordinal DESC))[1], 'opening',
            sum(available_delta)::bigint, sum(reserved_delta)::bigint, max(occurred_at)
          FROM removed GROUP BY product_id
        )
        SELECT (SELECT count(*) FROM removed), (SELECT max(product_id) FROM products), (SELECT count(*) FROM products)
        """;

    public async Task<IReadOnlyList<string>> FindUnrecorded(string after, int limit) =>
        await database.CreateCommand(FindUnrecordedSql).With(after).With((long)limit).ReadRows().Select(row => row.GetString(0)).ToListAsync();

    public async Task<(int Movements, string? Last)> Fold(DateTimeOffset before, string after) => await database.CreateCommand(FoldSql)
        .With(after).With((long)ProductsPerBatch).With((long)MovementsPerBatch).With(before).ReadRows()
        .Select(row => ((int)row.GetInt64(0), LastOf(row, after)))
        .SingleAsync();

    /// <summary>Stays before products that may have more movements to fold; null at the end.</summary>
    private static string? LastOf(NpgsqlDataReader row, string after) =>
        row.GetInt64(0) == MovementsPerBatch ? after : row.GetInt64(2) == ProductsPerBatch ? row.GetString(1) : null;
}
