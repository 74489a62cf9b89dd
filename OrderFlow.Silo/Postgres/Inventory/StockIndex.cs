using System.Collections.Immutable;
using Npgsql;
using OrderFlow.Inventory;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <inheritdoc cref="IStockIndex"/>
internal sealed class StockIndex(ListQueryLimiter lists, NpgsqlDataSource ids, UnreadableRowLog? unreadable = null) : IStockIndex
{
    /// <summary>The most movements that one page searches.</summary>
    public const int MaxSearched = 10_000;

    private static readonly StockMovementKind[] KindsOfOrders = [StockMovementKind.Reserve, StockMovementKind.Release, StockMovementKind.Fulfil];

    public Task<Page<StockItem>> List(StockQuery query) => lists.Run(async (database, cancellationToken) =>
    {
        await using var batch = database.CreateBatch();
        if (query.HasTotal) batch.Command("SELECT coalesce(sum(count), 0)::bigint FROM stock_item_counts");
        AddPage(batch, query);
        return await batch.ReadPage(query.Number, query.Limit, row => StockRow.ReadForList(row, unreadable), cancellationToken, query.HasTotal);
    });

    public Task<Page<StockMovement>?> ListMovements(StockMovementQuery query) => lists.Run(async (database, cancellationToken) =>
    {
        await using var batch = database.CreateBatch();
        AddMovements(batch, query);
        var searched = batch.Command("");
        searched.CommandText = $"SELECT version, ordinal FROM ({Searched(query, searched)}) AS searched ORDER BY version DESC, ordinal DESC OFFSET {MaxSearched - 1}";
        batch.Command("SELECT EXISTS (SELECT FROM stock_items WHERE product_id = $1)").With(query.ProductId);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var movements = ImmutableArray.CreateBuilder<StockMovement>(query.Limit);
        while (await rows.ReadAsync(cancellationToken)) movements.Add(ReadMovement(rows));
        await rows.NextResultAsync(cancellationToken);
        var last = await rows.ReadAsync(cancellationToken) ? new StockMovementPosition(rows.GetInt64(0), rows.GetInt32(1)) : null;
        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        if (movements.Count == 0 && !rows.GetBoolean(0)) return null;

        if (movements.Count == query.Limit) last = new(movements[^1].Version, movements[^1].Ordinal);
        return new Page<StockMovement>(movements.DrainToImmutable(), Page.NotCounted, Number: 1, query.Limit, last?.ToString());
    });

    public async Task<ProductName[]> Resolve(string[] productIds) => await ids.CreateCommand(
        """
        SELECT sent.id, normalize(sent.id, NFC), EXISTS (SELECT FROM stock_items WHERE product_id = sent.id)
        FROM unnest($1) WITH ORDINALITY AS sent(id, place) ORDER BY sent.place
        """).With(productIds).ReadRows().Select(row => new ProductName(row.GetString(0), row.GetString(1), row.GetBoolean(2))).ToArrayAsync();

    /// <summary>Adds the statement that reads one page, in the order of code points.</summary>
    private static void AddPage(NpgsqlBatch batch, StockQuery query)
    {
        var page = batch.Command("");
        var where = "archived_at IS NULL";
        if (query.IsLow) where += " AND is_low";
        if (query.After is { } after) where += $" AND product_id COLLATE \"C\" > ${page.Next(after)}";

        // No id that begins so is above the prefix followed by the last code point.
        if (query.Prefix is { } prefix) where += $" AND product_id COLLATE \"C\" >= ${page.Next(prefix)} AND product_id COLLATE \"C\" < ${page.Next(prefix)} || chr(1114111)";
        page.CommandText =
            $"SELECT {StockRow.ItemColumns} FROM stock_items WHERE {where} ORDER BY product_id COLLATE \"C\" LIMIT ${page.Next((long)query.Limit)} "
            + $"OFFSET ${page.Next(query.After is null ? (query.Number - 1L) * query.Limit : 0)}";
    }

    private static void AddMovements(NpgsqlBatch batch, StockMovementQuery query)
    {
        var page = batch.Command("");
        var searched = Searched(query, page);
        var where = "true";
        if (!query.Kinds.IsDefaultOrEmpty) where += $" AND kind = ANY (${page.Next<string[]>([.. query.Kinds.Select(kind => kind.ToName())])})";
        if (query.From is { } from) where += $" AND occurred_at >= ${page.Next(from)}";
        if (query.To is { } to) where += $" AND occurred_at < ${page.Next(to)}";
        page.CommandText = $"SELECT * FROM ({searched}) AS searched WHERE {where} ORDER BY version DESC, ordinal DESC LIMIT ${page.Next((long)query.Limit)}";
    }

    /// <summary>The movements that one page searches: however rare the matches are, no page takes long.</summary>
    private static string Searched(StockMovementQuery query, NpgsqlBatchCommand command)
    {
        var where = $"product_id = ${command.Next(query.ProductId)}";
        if (!query.Kinds.IsDefaultOrEmpty && !query.Kinds.Intersect(KindsOfOrders).Any()) where += " AND order_id IS NULL";   // the condition of their index
        if (query.Before is { } before) where += $" AND (version, ordinal) < (${command.Next(before.Version)}, ${command.Next(before.Ordinal)})";
        return $"""
            SELECT version, ordinal, kind, available_delta, reserved_delta, occurred_at, order_id, actor, reason
            FROM stock_movements WHERE {where} ORDER BY version DESC, ordinal DESC LIMIT ${command.Next((long)MaxSearched)}
            """;
    }

    private static StockMovement ReadMovement(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt32(1), StockMovementKinds.Find(row.GetString(2)) ?? StockMovementKind.Unrecorded, row.GetInt64(3), row.GetInt64(4), row.GetTime(5),
        row.IsDBNull(6) ? null : row.GetInt64(6), row.GetStringOrNull(7), row.GetStringOrNull(8));
}
