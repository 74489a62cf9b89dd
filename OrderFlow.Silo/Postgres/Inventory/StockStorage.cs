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

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = grainState.AsRecord<T, StockRecord>();
        if (record.Version() is { } version)
        {
            await using var delete = database.CreateCommand("DELETE FROM stock_items WHERE product_id = $1 AND version = $2")
                .With(ProductOf(grainId)).With(version);
            if (await delete.ExecuteNonQueryAsync() == 0) throw record.VersionConflict(grainId);
        }

        record.Set(new StockRecord(null, []), version: null);
    }

    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private static string ProductOf(GrainId grainId) => grainId.Key.ToString()!;

    private static async Task<IReadOnlyDictionary<string, RowRead<StockRow>>> ReadAll(NpgsqlDataSource database, IReadOnlyList<string> productIds)
    {
        await using var command = database.CreateCommand($"SELECT {StockRow.Columns} FROM stock_items WHERE product_id = ANY ($1)").With(productIds.ToArray());
        await using var rows = await command.ExecuteReaderAsync();
        var found = new Dictionary<string, RowRead<StockRow>>(productIds.Count, StringComparer.Ordinal);
        while (await rows.ReadAsync()) found[rows.GetString(0)] = RowRead.Try(StockRow.Table, rows.GetString(0), () => StockRow.Read(rows));
        return found;
    }
}
