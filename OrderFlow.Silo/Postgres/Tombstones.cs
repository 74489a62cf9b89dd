using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="ITombstones"/>
internal sealed class Tombstones(NpgsqlDataSource database, TimeProvider time) : ITombstones
{
    /// <summary>The most rows that one statement deletes, in a fraction of a second.</summary>
    public const int MaxRowsPerBatch = 5_000;

    /// <summary>
    /// Keys of 1.0.0 do not hold when they were used, so they never expire: until they are swept, one would place its deleted order again under the old id.
    /// Only keys that came due since the last query are searched.
    /// </summary>
    private const string FindKeyWithoutTime = $"""
        SELECT EXISTS (SELECT FROM orleans_grain_state
          WHERE state_name = '{IdempotencyRecord.StateName}' AND modified_at >= $1 AND modified_at < $2 AND position('"{nameof(IdempotencyRecord.UsedAt)}":' IN payload) = 0)
        """;

    /// <summary>
    /// An unsettled order may call its stock items again, however long that takes. OFFSET 0 keeps the planner on look-ups by key: it would join with all unsettled
    /// orders where statistics of a quiet time count none.
    /// </summary>
    private const string NoneUnsettled = "NOT EXISTS (SELECT FROM orders WHERE orders.id = order_id AND (status = 'pending' OR releasing OR consuming) OFFSET 0)";

    private readonly ExpiredRows _orders = new(database, time, "orders", "deleted_at", "NOT releasing AND NOT consuming");
    private readonly ExpiredRows _reservations = new(database, time, "stock_reservations", "released_at", NoneUnsettled);
    private readonly ExpiredRows _keys = new(database, time, "orleans_grain_state", "modified_at", $"state_name = '{IdempotencyRecord.StateName}'");
    private readonly ExpiredRows _operations = new(database, time, "stock_operations", "used_at", "true");
    private DateTimeOffset _keysCheckedBefore = DateTimeOffset.UnixEpoch;

    public async Task<Batch> SweepOrders(DateTimeOffset deletedBefore) =>
        await HasKeyWithoutTime(deletedBefore) ? new(Rows: 0, IsFull: false) : await _orders.DeleteBatch(deletedBefore);

    public Task<Batch> SweepReservations(DateTimeOffset releasedBefore) => _reservations.DeleteBatch(releasedBefore);

    public Task<Batch> SweepKeys(DateTimeOffset usedBefore) => _keys.DeleteBatch(usedBefore);

    public Task<Batch> SweepStockOperations(DateTimeOffset usedBefore) => _operations.DeleteBatch(usedBefore);

    private async Task<bool> HasKeyWithoutTime(DateTimeOffset usedBefore)
    {
        if (usedBefore <= _keysCheckedBefore) return false;

        if (await database.CreateCommand(FindKeyWithoutTime).With(_keysCheckedBefore).With(usedBefore).ReadScalar<bool>()) return true;

        _keysCheckedBefore = usedBefore;
        return false;
    }

    /// <summary>Deletes rows of one table by age, through an index that begins with their time. Each batch begins where the one before ended.</summary>
    private sealed class ExpiredRows(NpgsqlDataSource database, TimeProvider time, string table, string timeColumn, string condition)
    {
        private readonly LowWatermark<DateTimeOffset> _watermark = new(DateTimeOffset.UnixEpoch, time);

        private readonly string _statement = $"""
            WITH deleted AS (
              DELETE FROM {table} WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM {table} WHERE {condition} AND {timeColumn} >= $1 AND {timeColumn} < $2 ORDER BY {timeColumn} LIMIT $3 FOR UPDATE SKIP LOCKED))
              RETURNING {timeColumn} AS since)
            SELECT count(*), max(since) FROM deleted
            """;

        public async Task<Batch> DeleteBatch(DateTimeOffset before)
        {
            var from = _watermark.Value;
            var (deleted, last) = await database.CreateCommand(_statement).With(from).With(before).With((long)MaxRowsPerBatch)
                .ReadRows().Select(row => ((int)row.GetInt64(0), row.GetTimeOrNull(1))).SingleAsync();
            if (last is { } deletedUpTo) _watermark.Raise(from, deletedUpTo, LowWatermark<DateTimeOffset>.MaxAge);
            return new(deleted, deleted == MaxRowsPerBatch);
        }
    }
}
