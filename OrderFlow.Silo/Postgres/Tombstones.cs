using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres;

/// <inheritdoc cref="ITombstones"/>
internal sealed class Tombstones(NpgsqlDataSource database, TimeProvider time) : ITombstones
{
    /// <summary>The most rows that one statement removes: as many as take it a fraction of a second.</summary>
    public const int MaxRowsPerBatch = 5_000;

    private readonly Sweep _orders = new(database, time, "orders", "deleted_at", "NOT releasing");
    private readonly Sweep _reservations = new(database, time, "stock_reservations", "released_at", "true");
    private readonly Sweep _keys = new(database, time, "orleans_grain_state", "modified_at", $"state_name = '{IdempotencyRecord.StateName}'");

    public Task<Batch> SweepOrders(DateTimeOffset deletedBefore) => _orders.RunBatch(deletedBefore);

    public Task<Batch> SweepReservations(DateTimeOffset releasedBefore) => _reservations.RunBatch(releasedBefore);

    public Task<Batch> SweepKeys(DateTimeOffset usedBefore) => _keys.RunBatch(usedBefore);

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
