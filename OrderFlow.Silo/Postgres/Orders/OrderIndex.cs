using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres.Orders;

/// <inheritdoc cref="IOrderIndex"/>
internal sealed class OrderIndex(ListQueryLimiter lists, UnreadableRowLog? unreadable = null) : IOrderIndex
{
    private const string NewestFirst = "ORDER BY created_at DESC, id DESC";

    /// <summary>
    /// The same order within one status, but only an index that begins with the status has it: through the others the planner would search all orders for ones that
    /// it takes for spread evenly, although reserved ones are new and fulfilled ones old. (It would see through <c>status = $1</c>, but not through ANY.)
    /// </summary>
    private const string OfOneStatus = "ORDER BY status, created_at DESC, id DESC";

    /// <summary>The same order among a product's rows: the planner must not search all orders for them, which are as likely all old.</summary>
    private const string OfOneProduct = "ORDER BY placed_at DESC, order_id DESC";

    public Task<Page<Order>> List(OrderQuery query) => lists.Run(async (database, cancellationToken) =>
    {
        await using var batch = database.CreateBatch();
        if (query.HasTotal) OrderCounts.AddTo(batch, query);
        AddPage(batch, query);
        return await batch.ReadPage(query.Page, query.Limit, row => OrderRows.ReadForList(row, unreadable), cancellationToken, query.HasTotal);
    });

    public Task<(IReadOnlyList<long> Ids, OrderListPosition? Next)> FindContacts(string userId, OrderListPosition? after, int limit) => lists.Run(async (database, cancellationToken) =>
    {
        await using var batch = database.CreateBatch();
        var command = batch.Command("").With(userId);
        var from = after is null ? "" : $" AND (created_at, id) < (${command.Next(after.CreatedAt)}, ${command.Next(after.Id)})";
        command.CommandText = "SELECT created_at, id, contact_email IS NOT NULL OR contact_locale IS NOT NULL FROM orders "
            + $"WHERE user_id = $1{from} {NewestFirst} LIMIT ${command.Next((long)limit)}";

        var ids = new List<long>();
        OrderListPosition? last = null;
        var read = 0;
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        for (; await rows.ReadAsync(cancellationToken); read++)
        {
            last = new(rows.GetTime(0), rows.GetInt64(1));
            if (rows.GetBoolean(2)) ids.Add(last.Id);
        }

        return ((IReadOnlyList<long>)ids, read == limit ? last : null);
    });

    /// <summary>Adds the statement that reads one page. Only the conditions that apply are in the text, so that the planner sees which index serves them.</summary>
    private static void AddPage(NpgsqlBatch batch, OrderQuery query)
    {
        var page = batch.Command("");
        var orders = $"SELECT {OrderRows.Columns} FROM {Source(query)} WHERE {Conditions(query, page)}";
        var skipped = query.After is null ? (query.Page - 1L) * query.Limit : 0;
        var paging = $"LIMIT ${page.Next((long)query.Limit)} OFFSET ${page.Next(skipped)}";
        var order = query switch
        {
            { ProductId: not null, UserId: null } => OfOneProduct,
            { UserId: null } when query.WantedStatuses.Length > 0 => OfOneStatus,
            _ => NewestFirst,
        };
        string[] byStatus = [.. query.WantedStatuses.Select(status => $"{orders} AND status = ANY (${page.Next<string[]>([status.ToWireName()])}) {order}")];
        if (byStatus.Length < 2)
        {
            page.CommandText = $"{byStatus.FirstOrDefault($"{orders} {order}")} {paging}";
            return;
        }

        // No index has several statuses in the order of the list: they are merged, of each no more than the page can take.
        var most = page.Next(skipped + query.Limit);
        page.CommandText = $"SELECT * FROM ({string.Join(" UNION ALL ", byStatus.Select(each => $"({each} LIMIT ${most})"))}) AS merged {NewestFirst} {paging}";
    }

    /// <remarks>
    /// The list can be read in order from the product's rows or from those of a user or status. The planner takes the columns of a join for independent: with two
    /// equalities it would expect no row, and a plan that reads all of them. A range on an id it expects to match often.
    /// </remarks>
    private static string Source(OrderQuery query) => query.ProductId is null
        ? "orders"
        : "order_products AS p (product_id, placed_at, order_id) JOIN orders ON created_at = placed_at AND id BETWEEN order_id AND order_id";

    private static string Conditions(OrderQuery query, NpgsqlBatchCommand command)
    {
        var where = "deleted_at IS NULL";
        if (query.UserId is { } userId) where += $" AND user_id = ${command.Next(userId)}";
        if (query.ProductId is { } productId) where += $" AND product_id = ${command.Next(productId)}";
        var (time, id) = query is { ProductId: not null, UserId: null } ? ("placed_at", "order_id") : ("created_at", "id");
        if (query.CreatedFrom is { } from) where += $" AND {time} >= ${command.Next(from)}";
        if (query.CreatedTo is { } to) where += $" AND {time} < ${command.Next(to)}";
        if (query.After is { } after) where += $" AND ({time}, {id}) < (${command.Next(after.CreatedAt)}, ${command.Next(after.Id)})";
        return where;
    }
}
