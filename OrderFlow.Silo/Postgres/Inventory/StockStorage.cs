using Npgsql;
using OrderFlow.Inventory;
using Orleans.Storage;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <summary>
/// Stores counts in <c>stock_items</c> and changed rows of <c>stock_reservations</c>, in one transaction.
/// The ETag is the item's version, which every change of a count increments.
/// </summary>
internal sealed class StockStorage(NpgsqlDataSource database, CommitMetrics commits) : IGrainStorage, IAsyncDisposable
{
    private readonly GroupCommit<StockWrite> _writes = new(database, new StockStatements(), commits);
    private readonly GroupRead<string, StockRow> _reads = new(database, "read stock", ReadAll);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = await _reads.Read(ProductOf(grainId));
        var record = grainState.AsRecord<T, StockRecord>();
        record.Set(new StockRecord(row?.Item, []), row?.Version);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = grainState.AsRecord<T, StockRecord>();
        var (item, changed, mustBeNew) = record.RequireRecord();
        var version = (record.Version() ?? 0) + 1;

        if (!await _writes.Commit(new StockWrite(ProductOf(grainId), item, version, changed, mustBeNew))) throw record.VersionConflict(grainId);

        record.Set(new StockRecord(item, []), item is null ? record.Version() : version);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException("A stock item is never deleted.");

    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private static string ProductOf(GrainId grainId) => grainId.Key.ToString()!;

    private static async Task<IReadOnlyDictionary<string, RowRead<StockRow>>> ReadAll(NpgsqlDataSource database, IReadOnlyList<string> productIds) =>
        await database.CreateCommand($"SELECT {StockRow.Columns} FROM stock_items WHERE product_id = ANY ($1)").With(productIds.ToArray()).ReadRows()
            .ToDictionaryAsync(row => row.GetString(0), row => RowRead.Try(StockRow.Table, row.GetString(0), () => StockRow.Read(row)), StringComparer.Ordinal);
}
