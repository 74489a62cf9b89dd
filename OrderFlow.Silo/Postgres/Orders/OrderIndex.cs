using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres.Orders;

/// <inheritdoc cref="IOrderIndex"/>
internal sealed class OrderIndex(ListQueryLimiter lists, UnreadableRowLog? unreadable = null) : IOrderIndex
{
    public Task<Page<Order>> List(OrderQuery query) => lists.Run(async (database, cancellationToken) =>
    {
        // Only the conditions that apply are in the text, so that the planner sees which index serves them.
        await using var batch = database.CreateBatch();
        OrderCounts.AddTo(batch, query);

        var page = new NpgsqlBatchCommand();
        var where = Conditions(query, page);
        page.With((long)query.Limit).With(query.After is null ? (query.Page - 1L) * query.Limit : 0);
        page.CommandText = $"""
            SELECT {OrderRows.Columns} FROM orders WHERE {where}
            ORDER BY created_at DESC, id DESC LIMIT ${page.Parameters.Count - 1} OFFSET ${page.Parameters.Count}
            """;
        batch.BatchCommands.Add(page);

        return await batch.ReadPage(query.Page, query.Limit, row => OrderRows.ReadForList(row, unreadable), cancellationToken);
    });

    private static string Conditions(OrderQuery query, NpgsqlBatchCommand command)
    {
        var where = "deleted_at IS NULL";
        if (query.Status is { } status) where += $" AND status = ${command.With(status.ToWireName()).Parameters.Count}";
        if (query.UserId is { } userId) where += $" AND user_id = ${command.With(userId).Parameters.Count}";
        if (query.After is { } after)
        {
            var last = command.With(after.CreatedAt).With(after.Id).Parameters.Count;
            where += $" AND (created_at, id) < (${last - 1}, ${last})";
        }

        return where;
    }
}
