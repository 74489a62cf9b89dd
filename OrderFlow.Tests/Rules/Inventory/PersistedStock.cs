using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>
/// One product as the database holds it, written as <c>StockItemGrain</c> writes it. After each command and each write it checks
/// what must hold at every moment; each check looks only at what was touched.
/// </summary>
/// <param name="productId">The product.</param>
/// <param name="mayComeBack">True for a live reservation whose order may still give it back.</param>
internal sealed class PersistedStock(string productId, Func<StockReservation, bool> mayComeBack)
{
    private readonly Dictionary<long, StockReservation> _rows = [];
    private readonly Dictionary<long, StockReservation> _live = [];
    private long _held;

    public string ProductId => productId;

    public StockItem? Item { get; private set; }

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
        var batch = new StockBatch(Item, orderIds.Select(Row).OfType<StockReservation>());
        var hopes = new Dictionary<ReserveCall, long>();
        foreach (var call in calls)
        {
            Apply(call, batch, now);
            if (call.Command.IsShort) hopes[(ReserveCall)call] = Hope((ReserveCall)call, batch);
        }

        if (fails) return;

        foreach (var call in hopes.Keys) hopes[call] = Math.Min(hopes[call], Hope(call, batch));
        if (batch.HasChanges) Save(batch.ToRecord(), orderIds);
        if (hopes.Count > 0)
        {
            var couldHave = Item!.AvailableQuantity + _live.Values.Where(mayComeBack).Sum(row => row.Quantity);
            foreach (var call in hopes.Keys) call.Command.JudgeShortage(couldHave);
        }

        foreach (var call in calls) call.Command.Complete();
        foreach (var (call, couldHave) in hopes) call.CheckShortage(couldHave, exact: calls.Count == 1);
    }

    private static void Apply(StockCall call, StockBatch batch, DateTimeOffset now)
    {
        var before = batch.Item;
        call.Command.ApplyTo(batch, now);
        call.CheckCounts(before, batch.Item);
        if (batch.Item is { AvailableQuantity: < 0 } or { ReservedQuantity: < 0 }) Assert.Fail($"{call}: {batch.Item}");
    }

    /// <summary>The pieces this call's order could have if all came back that others may give back; counted afresh from the rows as they stand in the batch.</summary>
    private long Hope(ReserveCall call, StockBatch batch)
    {
        var changed = batch.ToRecord().Changed;
        return batch.Item!.AvailableQuantity + _live.Values.Where(row => changed.All(other => other.OrderId != row.OrderId))
            .Concat(changed.Where(row => row.IsLive))
            .Where(row => row.OrderId != call.Reserve.OrderId && mayComeBack(row))
            .Sum(row => row.Quantity);
    }

    private void Save(StockRecord record, List<long> orderIds)
    {
        foreach (var row in record.Changed)
        {
            if (!orderIds.Contains(row.OrderId)) Assert.Fail($"{row} was written, which nobody asked for");
            CheckRow(_rows.GetValueOrDefault(row.OrderId), row);

            if (_live.Remove(row.OrderId, out var before)) _held -= before.Quantity;
            if (row.IsLive) _held += row.Quantity;
            if (row.IsLive) _live[row.OrderId] = row;
            _rows[row.OrderId] = row;
        }

        Item = record.Item;
        if (_held != (Item?.ReservedQuantity ?? 0)) Assert.Fail($"{_held} pieces are held by live reservations: {Item}");
    }

    /// <summary>Tries only go up: a row never falls back to an earlier one, and a try that was released never holds again.</summary>
    private static void CheckRow(StockReservation? before, StockReservation after)
    {
        if (before is null) return;

        var revived = !before.IsLive && after.IsLive && after.Attempt == before.Attempt;
        if (after.Attempt < before.Attempt || revived) Assert.Fail($"{before} became {after}");
    }
}
