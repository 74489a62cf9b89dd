using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="ITombstones"/>
internal sealed class Tombstones(NpgsqlDataSource database) : ITombstones
{
    /// <summary>The most rows of each kind that one sweep removes.</summary>
    public const int SweepLimit = 5_000;

    public async Task<int> Sweep(DateTimeOffset ordersDeletedBefore, DateTimeOffset reservationsReleasedBefore, DateTimeOffset keysUsedBefore)
    {
        var keys = await Delete(
            $"""
            DELETE FROM orleans_grain_state WHERE ctid IN (
              SELECT ctid FROM orleans_grain_state
              WHERE state_name = '{IdempotencyRecord.StateName}' AND modified_at < $1 ORDER BY modified_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """,
            keysUsedBefore);
        var reservations = await Delete(
            """
            DELETE FROM stock_reservations WHERE (product_id, order_id) IN (
              SELECT product_id, order_id FROM stock_reservations WHERE released_at < $1 ORDER BY released_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """,
            reservationsReleasedBefore);
        if (keys == SweepLimit) return keys + reservations;   // an order must not be gone while its key is there, which would place it anew

        var orders = await Delete(
            """
            DELETE FROM orders WHERE id IN (
              SELECT id FROM orders WHERE deleted_at < $1 AND NOT releasing ORDER BY deleted_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """,
            ordersDeletedBefore);
        return keys + reservations + orders;
    }

    private async Task<int> Delete(string statement, DateTimeOffset before)
    {
        await using var delete = database.CreateCommand(statement).With(before).With(SweepLimit);
        return await delete.ExecuteNonQueryAsync();
    }
}
