using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="ITombstones"/>
internal sealed class Tombstones(NpgsqlDataSource database) : ITombstones
{
    /// <summary>The most rows of each kind that one sweep removes.</summary>
    private const int SweepLimit = 5_000;

    public async Task<int> Sweep(DateTimeOffset ordersDeletedBefore, DateTimeOffset reservationsReleasedBefore, DateTimeOffset keysUsedBefore)
    {
        await using var batch = database.CreateBatch();
        batch.Command("""
            DELETE FROM orders WHERE id IN (
              SELECT id FROM orders WHERE deleted_at < $1 AND NOT releasing ORDER BY deleted_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """)
            .With(ordersDeletedBefore).With(SweepLimit);
        batch.Command("""
            DELETE FROM stock_reservations WHERE (product_id, order_id) IN (
              SELECT product_id, order_id FROM stock_reservations WHERE released_at < $1 ORDER BY released_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """)
            .With(reservationsReleasedBefore).With(SweepLimit);
        batch.Command($"""
            DELETE FROM orleans_grain_state WHERE ctid IN (
              SELECT ctid FROM orleans_grain_state
              WHERE state_name = '{IdempotencyRecord.StateName}' AND modified_at < $1 ORDER BY modified_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """)
            .With(keysUsedBefore).With(SweepLimit);
        return await batch.ExecuteNonQueryAsync();
    }
}
