using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Outbox;
using Orleans.Storage;

namespace OrderFlow.Silo.Postgres.Orders;

/// <summary>Stores orders in the table <c>orders</c> and their events in the outbox, in one transaction. The ETag is the order's version.</summary>
internal sealed class OrderStorage(NpgsqlDataSource database, OutboxSignal outbox, CommitMetrics commits, OrderMetrics orders, UnreadableRowLog? unreadable = null)
    : IGrainStorage, IAsyncDisposable
{
    private readonly GroupCommit<OrderWrite> _writes = new(database, new OrderStatements(), commits);
    private readonly GroupRead<long, OrderState> _reads = new(database, "read orders", OrderRows.ReadAll);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var order = await _reads.Read(grainId.GetIntegerKey());
        var record = grainState.AsRecord<T, OrderRecord>();
        if (order?.UnknownStatus is { } unknown) unreadable?.ReportUnknownStatus(order.Id, unknown);
        record.Set(order is null ? null : new OrderRecord(order), order?.Version);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = grainState.AsRecord<T, OrderRecord>();
        var (order, change) = record.RequireRecord();
        if (order.Id != grainId.GetIntegerKey()) throw new ArgumentException($"{grainId} cannot write order {order.Id}.", nameof(grainState));
        record.RequireNextVersion(order.Version, grainId);

        var write = new OrderWrite(order, change, isNew: record.ETag is null);
        if (!await _writes.Commit(write)) throw record.VersionConflict(grainId);
        if (write.Event is { } row) outbox.Raise(row.Partition);
        if (change is not null) orders.Committed(order, change);

        record.Set(new OrderRecord(order), order.Version);   // without the event, which is stored
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = grainState.AsRecord<T, OrderRecord>();
        if (record.Version() is { } version)
        {
            await using var delete = database.CreateCommand("DELETE FROM orders WHERE id = $1 AND version = $2")
                .With(grainId.GetIntegerKey()).With(version);
            if (await delete.ExecuteNonQueryAsync() == 0) throw record.VersionConflict(grainId);
        }

        record.Set(null, version: null);
    }

    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }
}
