using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>
/// One product as the database holds it, written as <c>StockItemGrain</c> writes it. Checks the invariants of what was changed
/// after each command and each write.
/// </summary>
/// <param name="productId">The product.</param>
/// <param name="mayBeReleased">True for a live reservation that its order may still release.</param>
internal sealed class PersistedStock(string productId, Func<StockReservation, bool> mayBeReleased)
{
    private readonly Dictionary<long, StockReservation> _rows = [];
    private readonly Dictionary<long, StockReservation> _live = [];
    private readonly Dictionary<string, StoredStockOperation> _operations = [];
    private long _held;
    private long _supplied;

    public string ProductId => productId;

    public StockItem? Item { get; private set; }

    /// <summary>The sum of all movements.</summary>
    public StockDelta Moved { get; private set; }

    /// <summary>The units that fulfilled orders have taken from the stock.</summary>
    public long Consumed { get; private set; }

    /// <summary>Live reservations.</summary>
    public IReadOnlyDictionary<long, StockReservation> Live => _live;

    public StockReservation? Row(long orderId) => _rows.GetValueOrDefault(orderId);

    /// <summary>One write that covers these calls.</summary>
    /// <param name="calls">The calls, in the order in which they came.</param>
    /// <param name="now">The time of the write.</param>
    /// <param name="fails">True where nothing reaches the database, and no call is answered.</param>
    public void Write(IReadOnlyList<StockCall> calls, DateTimeOffset now, bool fails = false)
    {
        var orderIds = calls.Where(call => call.Command.OrderId is not null).Select(call => call.Command.OrderId!.Value).Distinct().ToList();
        foreach (var command in calls.Select(call => call.Command).OfType<StockAdminCommand>())
            if (command.OperationId is { } id && _operations.TryGetValue(id, out var stored)) command.Found(stored);
        var batch = new StockBatch(new(Item) { IsAnnouncedLow = Item?.IsLow ?? false }, orderIds.Select(Row).OfType<StockReservation>(), now);
        var attainables = new Dictionary<ReserveCall, long>();
        var supplied = 0L;
        foreach (var call in calls)
        {
            supplied += Apply(call, batch, now);
            if (call.Command is ReserveCommand { IsInsufficient: true }) attainables[(ReserveCall)call] = Attainable((ReserveCall)call, batch);
        }

        if (fails) return;

        _supplied += supplied;
        foreach (var call in attainables.Keys) attainables[call] = Math.Min(attainables[call], Attainable(call, batch));
        if (batch.HasChanges) Save(batch.ToRecord(), orderIds);
        if (attainables.Count > 0)
        {
            var attainable = Item!.AvailableQuantity + _live.Values.Where(mayBeReleased).Sum(row => row.Quantity);
            foreach (var call in attainables.Keys) ((ReserveCommand)call.Command).CheckContention(attainable);
        }

        foreach (var call in calls) call.Command.Complete(Item);
        foreach (var (call, attainable) in attainables) call.CheckRefusal(attainable, exact: calls.Count == 1);
    }

    /// <returns>The units by which the stock was set or restocked.</returns>
    private static long Apply(StockCall call, StockBatch batch, DateTimeOffset now)
    {
        var before = batch.Item;
        call.Command.ApplyTo(batch, now);
        call.CheckCounts(before, batch.Item);
        if (batch.Item is { AvailableQuantity: < 0 } or { ReservedQuantity: < 0 }) Assert.Fail($"{call}: {batch.Item}");
        return call.Command.OrderId is null ? (batch.Item?.AvailableQuantity ?? 0) - (before?.AvailableQuantity ?? 0) : 0;
    }

    /// <summary>The units that this call's order could have if others released all that they may; counted from the rows as they are in the batch.</summary>
    private long Attainable(ReserveCall call, StockBatch batch)
    {
        var changed = batch.ToRecord().Reservations;
        return batch.Item!.AvailableQuantity + _live.Values.Where(row => changed.All(other => other.OrderId != row.OrderId))
            .Concat(changed.Where(row => row.IsLive))
            .Where(row => row.OrderId != call.Reserve.OrderId && mayBeReleased(row))
            .Sum(row => row.Quantity);
    }

    private void Save(StockRecord record, List<long> orderIds)
    {
        foreach (var row in record.Reservations)
        {
            if (!orderIds.Contains(row.OrderId)) Assert.Fail($"{row} was written without a command for it");
            CheckRow(_rows.GetValueOrDefault(row.OrderId), row);

            if (_live.Remove(row.OrderId, out var before)) _held -= before.Quantity;
            if (row.IsLive) _held += row.Quantity;
            if (row.IsLive) _live[row.OrderId] = row;
            if (row.Consumed) Consumed += row.Quantity;
            _rows[row.OrderId] = row;
        }

        CheckMovements(record);
        foreach (var operation in record.Operations) _operations.Add(operation.Id, operation);
        Item = record.Item;
        if (_held != (Item?.ReservedQuantity ?? 0)) Assert.Fail($"{_held} units are held by live reservations: {Item}");
        if ((Item?.AvailableQuantity ?? 0) + _held + Consumed != _supplied) Assert.Fail($"of {_supplied} units {Consumed} were consumed, {_held} are held: {Item}");
    }

    /// <summary>The movements explain the new counts, and the event the new level.</summary>
    private void CheckMovements(StockRecord record)
    {
        foreach (var (movement, index) in record.Movements.Select((movement, index) => (movement, index)))
        {
            if ((movement.Version, movement.Ordinal) != (record.Item!.Version, index)) Assert.Fail($"{movement} is not number {index} of version {record.Item.Version}");
            Moved = new(Moved.Available + movement.AvailableDelta, Moved.Reserved + movement.ReservedDelta);
        }

        if (Moved != StockDelta.Between(before: null, record.Item)) Assert.Fail($"the movements add up to {Moved}: {record.Item}");
        var crossed = record.Item is { ArchivedAt: null } item && item.IsLow != (Item?.IsLow ?? false);
        if (crossed != record.Event is not null || (record.Event is { } level && level.IsLow != record.Item!.IsLow)) Assert.Fail($"{Item} became {record.Item} with {record.Event}");
    }

    /// <summary>Attempts only rise: a row never falls back to an earlier one, a released attempt never holds again, and a consumed row never changes.</summary>
    private static void CheckRow(StockReservation? before, StockReservation after)
    {
        if (after is { Consumed: true, IsLive: true }) Assert.Fail($"{after} is consumed and live");
        if (before is null) return;

        var revived = !before.IsLive && after.IsLive && after.Attempt == before.Attempt;
        if (after.Attempt < before.Attempt || revived || before.Consumed) Assert.Fail($"{before} became {after}");
    }
}
