using System.Collections.Immutable;
using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="IOrderIndex"/>
internal sealed class OrderIndex(NpgsqlDataSource database) : IOrderIndex
{
    public async Task<Page<Order>> List(OrderQuery query)
    {
        // The conditions are spelled out, so that the planner sees which index serves them.
        var (where, values) = Conditions(query);

        await using var batch = database.CreateBatch();
        var count = batch.Command($"SELECT count(*) FROM orders WHERE {where}");
        var page = batch.Command($"""
            SELECT {OrderRows.Columns} FROM orders WHERE {where}
            ORDER BY created_at DESC, id DESC LIMIT ${values.Count + 1} OFFSET ${values.Count + 2}
            """);
        foreach (var value in values)
        {
            count.With(value);
            page.With(value);
        }

        page.With((long)query.Limit).With((query.Page - 1L) * query.Limit);

        await using var rows = await batch.ExecuteReaderAsync();
        await rows.ReadAsync();
        var total = rows.GetInt64(0);

        await rows.NextResultAsync();
        var items = ImmutableArray.CreateBuilder<Order>(query.Limit);
        while (await rows.ReadAsync()) items.Add(OrderRows.Read(rows).ToOrder());
        return new(items.DrainToImmutable(), total, query.Page, query.Limit);
    }

    public async Task<IReadOnlyList<long>> FindUnfinished(DateTimeOffset quietSince, long afterId, int limit)
    {
        await using var command = database.CreateCommand("""
            SELECT id FROM orders
            WHERE (status = 'pending' OR releasing) AND id > $1 AND updated_at < $2
            ORDER BY id LIMIT $3
            """)
            .With(afterId).With(quietSince).With(limit);
        await using var rows = await command.ExecuteReaderAsync();
        var ids = new List<long>(limit);
        while (await rows.ReadAsync()) ids.Add(rows.GetInt64(0));
        return ids;
    }

    private static (string Where, List<string> Values) Conditions(OrderQuery query)
    {
        var where = "deleted_at IS NULL";
        var values = new List<string>();
        if (query.Status is { } status)
        {
            values.Add(status.ToWireName());
            where += $" AND status = ${values.Count}";
        }

        if (query.UserId is { } userId)
        {
            values.Add(userId);
            where += $" AND user_id = ${values.Count}";
        }

        return (where, values);
    }
}
