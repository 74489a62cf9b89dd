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

        var write = new OrderWrite(order, change, IsNew: record.ETag is null);
        if (!await _writes.Commit(write)) throw record.VersionConflict(grainId);
        if (write.Event is { } row) outbox.Raise(row.Partition);
        if (change is not null) orders.RecordChange(order, change);

        record.Set(new OrderRecord(order), order.Version);   // without the event, which is stored
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException("A deleted order stays as a tombstone row until that is swept.");

    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
    }
}
