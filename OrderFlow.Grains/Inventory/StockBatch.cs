namespace OrderFlow.Inventory;

/// <summary>
/// Commands that one write covers, applied one after the other to a working copy.
/// Neither the copy nor an answer may be seen before the write.
/// </summary>
internal sealed class StockBatch(StockItem? persisted, IEnumerable<StockReservation> reservations)
{
    private readonly StockItem? _persisted = persisted;
    private readonly Dictionary<long, StockReservation> _reservations = reservations.ToDictionary(row => row.OrderId);
    private readonly Dictionary<long, StockReservation> _changed = [];

    /// <summary>The counts after the commands so far; null where there is no such product.</summary>
    public StockItem? Item { get; private set; } = persisted;

    public bool HasChanges => _changed.Count > 0 || !ReferenceEquals(Item, _persisted);

    /// <summary>Applies a command about an order's reservation.</summary>
    public TAnswer Apply<TAnswer>(long orderId, Func<StockItem?, StockReservation?, StockStep<TAnswer>> rule)
    {
        var step = rule(Item, _reservations.GetValueOrDefault(orderId));
        Item = step.Item ?? Item;
        if (step.Reservation is { } row) _reservations[orderId] = _changed[orderId] = row;
        return step.Answer;
    }

    /// <summary>Applies a command about the counts alone.</summary>
    public TAnswer Apply<TAnswer>(Func<StockItem?, StockStep<TAnswer>> rule)
    {
        var step = rule(Item);
        Item = step.Item ?? Item;
        return step.Answer;
    }

    /// <summary>What to write: the counts, and the changed rows by order id.</summary>
    public StockRecord ToRecord() => new(Item, [.. _changed.Values.OrderBy(row => row.OrderId)]);
}
