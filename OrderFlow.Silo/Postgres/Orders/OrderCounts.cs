using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres.Orders;

/// <inheritdoc cref="IOrderCounts"/>
internal sealed class OrderCounts(NpgsqlDataSource database) : IOrderCounts
{
    /// <summary>The most changes that one statement merges.</summary>
    private const int MaxChanges = 50_000;

    private const string MergeChangesSql = """
        WITH merged AS (
          DELETE FROM order_count_changes
          WHERE ctid = ANY (ARRAY(SELECT ctid FROM order_count_changes LIMIT $1 FOR UPDATE SKIP LOCKED))
          RETURNING user_id, status, change),
        of_users AS (
          INSERT INTO order_counts AS c (user_id, status, count)
          SELECT user_id, status, sum(change) FROM merged GROUP BY user_id, status ORDER BY user_id, status
          ON CONFLICT (user_id, status) DO UPDATE SET count = c.count + excluded.count),
        of_all AS (
          INSERT INTO order_totals AS t (status, count)
          SELECT status, sum(change) FROM merged GROUP BY status ORDER BY status
          ON CONFLICT (status) DO UPDATE SET count = t.count + excluded.count)
        SELECT count(*) FROM merged
        """;

    public async Task<Batch> MergeChanges()
    {
        var merged = (int)await database.CreateCommand(MergeChangesSql).With((long)MaxChanges).ReadScalar<long>();
        return new(merged, merged == MaxChanges);
    }

    /// <summary>Adds the statement that counts the orders of a query: the merged counts and the changes since, in one snapshot.</summary>
    public static void AddTo(NpgsqlBatch batch, OrderQuery query)
    {
        var statuses = query.WantedStatuses is [] ? null : query.WantedStatuses.Select(OrderStatusNames.ToWireName).ToArray();
        if (query.UserId is { } userId)
            batch.Command("""
                SELECT coalesce((SELECT sum(count) FROM order_counts WHERE user_id = $1 AND ($2 IS NULL OR status = ANY ($2))), 0)::bigint
                     + coalesce((SELECT sum(change) FROM order_count_changes WHERE user_id = $1 AND ($2 IS NULL OR status = ANY ($2))), 0)::bigint
                """).With(userId).With(statuses);
        else
            batch.Command("""
                SELECT coalesce((SELECT sum(count) FROM order_totals WHERE $1 IS NULL OR status = ANY ($1)), 0)::bigint
                     + coalesce((SELECT sum(change) FROM order_count_changes WHERE $1 IS NULL OR status = ANY ($1)), 0)::bigint
                """).With(statuses);
    }
}
