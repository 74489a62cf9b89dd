namespace OrderFlow.Inventory;

/// <summary>
/// Applies the commands of one write, one after the other, to a working copy, and records each change as a movement. Neither the copy nor an answer may be
/// seen before the write.
/// </summary>
internal sealed class StockBatch
{
    private readonly StockRecord _persisted;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<long, StockReservation> _reservations;
    private readonly Dictionary<long, StockReservation> _changed = [];
    private readonly List<StockMovement> _movements = [];
    private readonly Dictionary<string, (string Fingerprint, Guid RequestId)> _operations = [];

    /// <param name="persisted">The product as it was read; null where nothing is known of it.</param>
    /// <param name="reservations">The rows of the commands' orders.</param>
    /// <param name="now">The time of the write.</param>
    public StockBatch(StockRecord? persisted, IEnumerable<StockReservation> reservations, DateTimeOffset now)
    {
        _persisted = persisted ?? new(Item: null);
        _now = now;
        _reservations = reservations.ToDictionary(row => row.OrderId);
        Item = _persisted.Item;
        if (_persisted.Unrecorded == default) return;

        AddMovement(new(StockMovementKind.Unrecorded), _persisted.Unrecorded);
        Item = Item! with { ArchivedAt = null };   // 1.0.0 has restored it, if it was archived
    }

    /// <summary>The item after the commands so far; null where there is no such product.</summary>
    public StockItem? Item { get; private set; }

    /// <summary>The item as it was read.</summary>
    public StockItem? Persisted => _persisted.Item;

    public bool HasChanges => _changed.Count > 0 || !ReferenceEquals(Item, Persisted) || Event is not null;

    private long NextVersion => (Persisted?.Version ?? 0) + 1;

    private StockLevelChanged? Event => Item is { ArchivedAt: null } item && item.IsLow != _persisted.IsAnnouncedLow
        ? new(item.IsLow, item.ProductId, item.AvailableQuantity, item.LowStockThreshold, NextVersion, _now)
        : null;

    /// <summary>The order's reservation after the commands so far; null where it has no row.</summary>
    public StockReservation? ReservationOf(long orderId) => _reservations.GetValueOrDefault(orderId);

    /// <summary>The operation with this id in this write; null where there is none.</summary>
    public (string Fingerprint, Guid RequestId)? OperationOf(string id) => _operations.TryGetValue(id, out var operation) ? operation : null;

    /// <summary>Adds an operation that this write carries out.</summary>
    public void AddOperation(string id, string fingerprint, Guid requestId) => _operations.Add(id, (fingerprint, requestId));

    /// <summary>Applies what a command makes of <see cref="Item"/> and its order's reservation.</summary>
    public TAnswer Apply<TAnswer>(StockStep<TAnswer> step, StockCause cause)
    {
        if (step.Item is { } next)
        {
            AddMovement(cause, StockDelta.Between(Item, next));
            Item = next with { Version = NextVersion };
        }

        if (step.Reservation is { } row) _reservations[row.OrderId] = _changed[row.OrderId] = row;
        return step.Answer;
    }

    /// <summary>What to write.</summary>
    public StockRecord ToRecord()
    {
        var item = Item is null ? null : Item with { Version = NextVersion };   // also where only rows change, or nothing at all
        return new(item)
        {
            HasNewSettings = (item?.SettingsVersion, item?.ArchivedAt) != (Persisted?.SettingsVersion, Persisted?.ArchivedAt),
            Reservations = [.. _changed.Values.OrderBy(row => row.OrderId)],
            Movements = [.. _movements],
            Operations = [.. _operations.Select(operation => new StoredStockOperation(operation.Key, operation.Value.Fingerprint, operation.Value.RequestId, item!, _now))],
            Event = Event,
            IsAnnouncedLow = Event?.IsLow ?? _persisted.IsAnnouncedLow,
        };
    }

    private void AddMovement(StockCause cause, StockDelta delta)
    {
        if (delta != default)
            _movements.Add(new(NextVersion, _movements.Count, cause.Kind, delta.Available, delta.Reserved, _now, cause.OrderId, cause.Actor, cause.Reason));
    }
}

/// <summary>Why a command changes a product's counts.</summary>
internal readonly record struct StockCause(StockMovementKind Kind, long? OrderId = null, string? Actor = null, string? Reason = null);
