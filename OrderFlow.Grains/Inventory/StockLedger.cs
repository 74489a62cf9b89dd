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
/// Reserving and releasing keep <c>available + reserved</c>; only setting, restocking and consuming change it.
/// </summary>
internal static class StockLedger
{
    /// <summary>Reserves units for an attempt; a repeated call is answered as the first.</summary>
    public static StockStep<ReserveResult> Reserve(StockItem? item, StockReservation? held, ReserveStock command, DateTimeOffset now)
    {
        if (held is not null && held.Refuses(command.Attempt)) return new(new(ReserveOutcome.Superseded));
        if (held is { IsLive: true } && held.Attempt == command.Attempt) return new(new(ReserveOutcome.Granted, held.UnitPrice));
        if (item is null) return new(new(ReserveOutcome.Unknown));

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

    /// <summary>Creates the product, or sets its available units and price; reserved units keep the price they were granted at.</summary>
    public static StockStep<StockResult> Set(StockItem? item, string productId, long availableQuantity, decimal unitPrice, DateTimeOffset now)
    {
        var next = new StockItem(productId, availableQuantity, item?.ReservedQuantity ?? 0, unitPrice, now);
        return new(new(Outcome.Ok, next), next);
    }

    /// <summary>Adds units to an existing product.</summary>
    public static StockStep<StockResult> Restock(StockItem? item, long quantity, DateTimeOffset now)
    {
        if (item is null) return new(new(Outcome.NotFound));
        if (item.AvailableQuantity + quantity > Limits.AvailableQuantity)
            return new(new(Outcome.Conflict, item, $"{item.ProductId} has {item.AvailableQuantity} units; {quantity} more would exceed the limit of {Limits.AvailableQuantity}"));

        var next = item with { AvailableQuantity = item.AvailableQuantity + quantity, UpdatedAt = now };
        return new(new(Outcome.Ok, next), next);
    }

    /// <summary>Insufficient is final only where the units that unsettled orders may release would not suffice either.</summary>
    /// <param name="insufficient">The answer.</param>
    /// <param name="quantity">The units asked for.</param>
    /// <param name="attainable">Units available after the write, and those that may be released.</param>
    public static ReserveResult CheckContention(ReserveResult insufficient, long quantity, long attainable) =>
        attainable >= quantity ? insufficient with { Outcome = ReserveOutcome.Contended } : insufficient;

    private static StockItem Move(StockItem item, long toReserved, DateTimeOffset now) => item with
    {
        AvailableQuantity = item.AvailableQuantity - toReserved,
        ReservedQuantity = item.ReservedQuantity + toReserved,
        UpdatedAt = now,
    };
}
