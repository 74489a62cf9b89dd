using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Silo.Outbox;
using Orleans.Storage;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <summary>
/// Stores a product in <c>stock_items</c> with the reservations, movements, operations and event of the same write, in one transaction.
/// The ETag is the item's version, which every write increments.
/// </summary>
internal sealed class StockStorage(NpgsqlDataSource database, StockOutboxSignal outbox, CommitMetrics commits) : IGrainStorage, IAsyncDisposable
{
    private readonly GroupCommit<StockWrite> _writes = new(database, new StockStatements(), commits);
    private readonly GroupRead<string, StockRecord> _reads = new(database, "read stock", ReadAll);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = await _reads.Read(ProductOf(grainId));
        var record = grainState.AsRecord<T, StockRecord>();
        record.Set(row ?? new(Item: null), row?.Item!.Version);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = grainState.AsRecord<T, StockRecord>();
        var next = record.RequireRecord();
        var version = (record.Version() ?? 0) + 1;
        if (next.Item is { } item && item.Version != version) throw new ArgumentException($"{grainId} writes version {item.Version}; the next version is {version}.", nameof(grainState));

        var write = new StockWrite(ProductOf(grainId), next, version);
        if (!await _writes.Commit(write)) throw record.VersionConflict(grainId);
        if (write.Event is { } row) outbox.Raise(row.Partition);

        record.Set(new StockRecord(next.Item) { IsAnnouncedLow = next.IsAnnouncedLow }, next.Item is null ? record.Version() : version);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException("A stock item is never deleted.");

    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }

    private static string ProductOf(GrainId grainId) => grainId.Key.ToString()!;

    private static async Task<IReadOnlyDictionary<string, RowRead<StockRecord>>> ReadAll(NpgsqlDataSource database, IReadOnlyList<string> productIds) =>
        await database.CreateCommand($"SELECT {StockRow.Columns} FROM stock_items WHERE product_id = ANY ($1)").With(productIds.ToArray()).ReadRows()
            .ToDictionaryAsync(row => row.GetString(0), row => RowRead.Try(StockRow.Table, row.GetString(0), () => StockRow.Read(row)), StringComparer.Ordinal);
}
