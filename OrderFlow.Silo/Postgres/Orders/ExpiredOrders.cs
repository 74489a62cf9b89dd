using Npgsql;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres.Orders;

/// <inheritdoc cref="IExpiredOrders"/>
/// <remarks>Expired orders leave dead entries at the begin of the index until a vacuum, so a search begins where the last one found its first order.</remarks>
internal sealed class ExpiredOrders(NpgsqlDataSource database, TimeProvider time) : IExpiredOrders
{
    /// <summary>How far the clocks of the database and of silos may differ.</summary>
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromMinutes(1);

    private readonly LowWatermark<DateTimeOffset> _watermark = new(DateTimeOffset.UnixEpoch, time);

    public async Task<IReadOnlyList<ExpiredOrder>> Find(ExpiredOrder? after, int limit)
    {
        var from = after ?? new(_watermark.Value, Id: 0);
        var rows = await database.CreateCommand("""
            SELECT now(), expires_at, id
            FROM (VALUES (1)) AS always LEFT JOIN LATERAL (
              SELECT expires_at, id FROM orders
              WHERE status = 'reserved' AND expires_at IS NOT NULL AND expires_at <= now() AND (expires_at, id) > ($1, $2)
              ORDER BY expires_at, id LIMIT $3) AS expired ON true
            """)
            .With(from.ExpiresAt).With(from.Id).With((long)limit)
            .ReadRows().Select(row => (Now: row.GetTime(0), Order: row.IsDBNull(1) ? null : new ExpiredOrder(row.GetTime(1), row.GetInt64(2), row.GetTime(0) - row.GetTime(1)))).ToListAsync();

        var first = rows[0];
        if (after is null) _watermark.Raise(from.ExpiresAt, first.Order?.ExpiresAt ?? first.Now - MaxClockDifference, LowWatermark<DateTimeOffset>.MaxAge);
        return [.. rows.Select(row => row.Order).OfType<ExpiredOrder>()];
    }
}
