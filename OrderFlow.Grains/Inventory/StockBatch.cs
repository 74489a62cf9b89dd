namespace OrderFlow.Inventory;

/// <summary>Applies the commands of one write, one after the other, to a working copy. Neither the copy nor an answer may be seen before the write.</summary>
internal sealed class StockBatch(StockItem? persisted, IEnumerable<StockReservation> reservations)
{
    private readonly StockItem? _persisted = persisted;
    private readonly Dictionary<long, StockReservation> _reservations = reservations.ToDictionary(row => row.OrderId);
    private readonly Dictionary<long, StockReservation> _changed = [];

    /// <summary>The counts after the commands so far; null where there is no such product.</summary>
    public StockItem? Item { get; private set; } = persisted;

    public bool HasChanges => _changed.Count > 0 || !ReferenceEquals(Item, _persisted);

    /// <summary>The order's reservation after the commands so far; null where it has no row.</summary>
    public StockReservation? ReservationOf(long orderId) => _reservations.GetValueOrDefault(orderId);

    /// <summary>Applies what a command makes of <see cref="Item"/> and its order's reservation.</summary>
    public TAnswer Apply<TAnswer>(StockStep<TAnswer> step)
    {
        Item = step.Item ?? Item;
        if (step.Reservation is { } row) _reservations[row.OrderId] = _changed[row.OrderId] = row;
        return step.Answer;
    }

    /// <summary>What to write: the counts, and the changed rows by order id.</summary>
    public StockRecord ToRecord() => new(Item, [.. _changed.Values.OrderBy(row => row.OrderId)]);
}
