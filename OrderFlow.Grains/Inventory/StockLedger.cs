namespace OrderFlow.Inventory;

/// <summary>A command's answer, and what it makes of a product's counts and an order's reservation; null where they stay.</summary>
internal readonly record struct StockStep<TAnswer>(TAnswer Answer, StockItem? Item = null, StockReservation? Reservation = null);

/// <summary>What became of the units that a fulfilled order holds.</summary>
internal enum ConsumeOutcome
{
    /// <summary>They have left the stock, now or before.</summary>
    Consumed,

    /// <summary>There is no reservation, as after a very late repeat.</summary>
    Missing,

    /// <summary>The reservation was released, or is another attempt's: the order was fulfilled without its units.</summary>
    Released,
}

/// <summary>
/// The rules of stock. Knows no grain, no database and no clock.
/// Reserving and releasing keep <c>available + reserved</c>; only consuming and admins change it.
/// </summary>
internal static class StockLedger
{
    /// <summary>Reserves units for an attempt; a repeated call is answered as the first.</summary>
    public static StockStep<ReserveResult> Reserve(StockItem? item, StockReservation? held, ReserveStock command, DateTimeOffset now)
    {
        if (held is not null && held.Refuses(command.Attempt)) return new(new(ReserveOutcome.Superseded));
        if (held is { IsLive: true } && held.Attempt == command.Attempt) return new(new(ReserveOutcome.Granted, held.UnitPrice));
        if (item is not { ArchivedAt: null }) return new(new(ReserveOutcome.Unknown));

        var heldByEarlierAttempt = held is { IsLive: true } ? held.Quantity : 0;
        var attainable = item.AvailableQuantity + heldByEarlierAttempt;
        if (attainable < command.Quantity) return new(new(ReserveOutcome.Insufficient, Available: attainable));

        return new(
            new(ReserveOutcome.Granted, item.UnitPrice),
            Move(item, command.Quantity - heldByEarlierAttempt, now),
            new(command.OrderId, command.Attempt, command.Quantity, item.UnitPrice, command.Tentative, ReleasedAt: null));
    }

    /// <summary>
    /// Releases what attempts up to this one hold, and refuses them from now on; a later attempt keeps its units.
    /// Leaves a tombstone row also where nothing was held, so that a Reserve that arrives late cannot take stock.
    /// </summary>
    public static StockStep<bool> Release(StockItem? item, StockReservation? held, long orderId, int attempt, DateTimeOffset now)
    {
        if (held is null) return new(true, Reservation: new(orderId, attempt, Quantity: 0, UnitPrice: 0, Tentative: false, ReleasedAt: now));
        if (held.Refuses(attempt)) return new(false);

        return new(true, held.IsLive ? Move(item!, -held.Quantity, now) : null, held with { Attempt = attempt, ReleasedAt = now });
    }

    /// <summary>Removes what this attempt holds from the stock, and refuses every attempt from now on. Changes nothing where the attempt does not hold it.</summary>
    public static StockStep<ConsumeOutcome> Consume(StockItem? item, StockReservation? held, int attempt, DateTimeOffset now)
    {
        if (held is null) return new(ConsumeOutcome.Missing);
        if (held.Consumed) return new(ConsumeOutcome.Consumed);
        if (!held.IsLive || held.Attempt != attempt) return new(ConsumeOutcome.Released);

        return new(
            ConsumeOutcome.Consumed,
            item! with { ReservedQuantity = item.ReservedQuantity - held.Quantity, UpdatedAt = now },
            held with { Consumed = true, ReleasedAt = now });
    }

    /// <summary>
    /// Creates or restores the product, or sets its available units and price, and its threshold where one is given; reserved units keep the price they were
    /// granted at.
    /// </summary>
    public static StockStep<StockResult> Set(StockItem? item, string productId, long availableQuantity, decimal unitPrice, long? lowStockThreshold, DateTimeOffset now)
    {
        var current = item ?? new(productId, AvailableQuantity: 0, ReservedQuantity: 0, unitPrice, now, LowStockThreshold: lowStockThreshold);
        return Accept(WithSettings(current, unitPrice, lowStockThreshold ?? current.LowStockThreshold, now) with { AvailableQuantity = availableQuantity, ArchivedAt = null });
    }

    /// <summary>Sets the price and the threshold; null for no threshold.</summary>
    public static StockStep<StockResult> ChangeSettings(StockItem? item, decimal unitPrice, long? lowStockThreshold, DateTimeOffset now) =>
        item is { ArchivedAt: null } ? Accept(WithSettings(item, unitPrice, lowStockThreshold, now)) : Missing;

    /// <summary>Adds units to an existing product, or removes available ones.</summary>
    public static StockStep<StockResult> Add(StockItem? item, long delta, DateTimeOffset now)
    {
        if (item is not { ArchivedAt: null }) return Missing;

        var available = item.AvailableQuantity + delta;
        if (available < 0) return Refuse(item, $"{item.ProductId} has {item.AvailableQuantity} available units; {-delta} fewer would be below zero");
        if (delta > 0 && available > Limits.AvailableQuantity)
            return Refuse(item, $"{item.ProductId} has {item.AvailableQuantity} units; {delta} more would exceed the limit of {Limits.AvailableQuantity}");

        return Accept(item with { AvailableQuantity = available, UpdatedAt = now });
    }

    /// <summary>Archives the product: its available units are gone, and orders find it unknown. Its versions go on when it is restored.</summary>
    public static StockStep<StockResult> Archive(StockItem? item, DateTimeOffset now) =>
        item is not { ArchivedAt: null } ? Missing
        : item.ReservedQuantity > 0 ? Refuse(item, $"{item.ProductId} has units that are reserved for orders: {item.ReservedQuantity}")
        : Accept(item with { AvailableQuantity = 0, UpdatedAt = now, ArchivedAt = now });

    /// <summary>Insufficient is final only where the units that unsettled orders may release would not suffice either.</summary>
    /// <param name="insufficient">The answer.</param>
    /// <param name="quantity">The units asked for.</param>
    /// <param name="attainable">Units available after the write, and those that may be released.</param>
    public static ReserveResult CheckContention(ReserveResult insufficient, long quantity, long attainable) =>
        attainable >= quantity ? insufficient with { Outcome = ReserveOutcome.Contended } : insufficient;

    private static StockStep<StockResult> Missing => new(new(Outcome.NotFound));

    private static StockStep<StockResult> Accept(StockItem next) => new(new(Outcome.Ok, next), next);

    private static StockStep<StockResult> Refuse(StockItem item, string reason) => new(new(Outcome.Conflict, item, reason));

    private static StockItem WithSettings(StockItem item, decimal unitPrice, long? lowStockThreshold, DateTimeOffset now) => item with
    {
        UnitPrice = unitPrice,
        LowStockThreshold = lowStockThreshold,
        SettingsVersion = item.SettingsVersion + (item.UnitPrice == unitPrice && item.LowStockThreshold == lowStockThreshold ? 0 : 1),
        UpdatedAt = now,
    };

    private static StockItem Move(StockItem item, long toReserved, DateTimeOffset now) => item with
    {
        AvailableQuantity = item.AvailableQuantity - toReserved,
        ReservedQuantity = item.ReservedQuantity + toReserved,
        UpdatedAt = now,
    };
}
