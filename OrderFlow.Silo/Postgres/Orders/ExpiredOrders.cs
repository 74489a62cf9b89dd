using Npgsql;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres.Orders;

/// <inheritdoc cref="IExpiredOrders"/>
internal sealed class ExpiredOrders(NpgsqlDataSource database) : IExpiredOrders
{
    public async Task<IReadOnlyList<ExpiredOrder>> Find(ExpiredOrder? after, int limit) =>
        await database.CreateCommand("""
            SELECT expires_at, id FROM orders
            WHERE status = 'reserved' AND expires_at IS NOT NULL AND expires_at <= now() AND (expires_at, id) > ($1, $2)
            ORDER BY expires_at, id LIMIT $3
            """)
            .With(after?.ExpiresAt ?? DateTimeOffset.UnixEpoch).With(after?.Id ?? 0).With((long)limit)
            .ReadRows().Select(row => new ExpiredOrder(row.GetTime(0), row.GetInt64(1))).ToListAsync();
}
