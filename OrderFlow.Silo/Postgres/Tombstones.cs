using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="ITombstones"/>
internal sealed class Tombstones(NpgsqlDataSource database, TimeProvider time) : ITombstones
{
    /// <summary>The most rows that one statement removes: as many as take it a fraction of a second.</summary>
    public const int MaxRowsPerBatch = 5_000;

    /// <summary>
    /// Keys of 1.0.0 say nowhere when they were used, and so never expire: until they are swept, they would place an order that is gone anew, under its old id.
    /// Only keys that came due since the last look are looked at.
    /// </summary>
    private const string FindKeyWithoutTime = $"""
        SELECT EXISTS (SELECT FROM orleans_grain_state
          WHERE state_name = '{IdempotencyRecord.StateName}' AND modified_at >= $1 AND modified_at < $2 AND position('"{nameof(IdempotencyRecord.UsedAt)}":' IN payload) = 0)
        """;

    private readonly Sweep _orders = new(database, time, "orders", "deleted_at", "NOT releasing");
    private readonly Sweep _reservations = new(database, time, "stock_reservations", "released_at", "true");
    private readonly Sweep _keys = new(database, time, "orleans_grain_state", "modified_at", $"state_name = '{IdempotencyRecord.StateName}'");
    private DateTimeOffset _keysExpireBefore = DateTimeOffset.UnixEpoch;

    public async Task<Batch> SweepOrders(DateTimeOffset deletedBefore) =>
        await HasKeyWithoutTime(deletedBefore) ? new(Rows: 0, IsFull: false) : await _orders.RunBatch(deletedBefore);

    public Task<Batch> SweepReservations(DateTimeOffset releasedBefore) => _reservations.RunBatch(releasedBefore);

    public Task<Batch> SweepKeys(DateTimeOffset usedBefore) => _keys.RunBatch(usedBefore);

    private async Task<bool> HasKeyWithoutTime(DateTimeOffset usedBefore)
    {
        if (usedBefore <= _keysExpireBefore) return false;

        await using var command = database.CreateCommand(FindKeyWithoutTime).With(_keysExpireBefore).With(usedBefore);
        if ((bool)(await command.ExecuteScalarAsync())!) return true;

        _keysExpireBefore = usedBefore;
        return false;
    }

    /// <summary>Removes rows of one table by age, by an index that begins with their time. Each batch begins where the one before ended.</summary>
    private sealed class Sweep(NpgsqlDataSource database, TimeProvider time, string table, string since, string condition)
    {
        private readonly ScanFloor<DateTimeOffset> _floor = new(DateTimeOffset.UnixEpoch, time);

        private readonly string _statement = $"""
            WITH swept AS (
              DELETE FROM {table} WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM {table} WHERE {condition} AND {since} >= $1 AND {since} < $2 ORDER BY {since} LIMIT $3 FOR UPDATE SKIP LOCKED))
              RETURNING {since} AS since)
            SELECT count(*), max(since) FROM swept
            """;

        public async Task<Batch> RunBatch(DateTimeOffset before)
        {
            var from = _floor.Value;
            await using var command = database.CreateCommand(_statement).With(from).With(before).With((long)MaxRowsPerBatch);
            await using var row = await command.ExecuteReaderAsync();
            await row.ReadAsync();
            var swept = (int)row.GetInt64(0);
            if (row.GetTimeOrNull(1) is { } last) _floor.Raise(from, last, ScanFloor<DateTimeOffset>.MaxAge);
            return new(swept, swept == MaxRowsPerBatch);
        }
    }
}
