namespace OrderFlow.Inventory;

/// <summary>What one command does to a product's counts and to the order's reservation; null where it stays as it is.</summary>
internal readonly record struct StockStep<TAnswer>(TAnswer Answer, StockItem? Item = null, StockReservation? Reservation = null);

/// <summary>
/// The rules of stock: counts and an order's reservation, and what a command makes of them. Knows no grain, no database and no clock.
/// Whatever it grants, <c>available + reserved</c> stays the same; only setting and restocking change it.
/// </summary>
internal static class StockLedger
{
    /// <summary>Holds pieces for an order's try; the same try asked again is answered as the first time.</summary>
    public static StockStep<ReserveResult> Reserve(StockItem? item, StockReservation? held, ReserveStock command, DateTimeOffset now)
    {
        if (held is not null && held.Refuses(command.Attempt)) return new(new(ReserveOutcome.Superseded));
        if (held is { IsLive: true } && held.Attempt == command.Attempt) return new(new(ReserveOutcome.Granted, held.UnitPrice));
        if (item is null) return new(new(ReserveOutcome.Unknown));

        var heldByEarlierTry = held is { IsLive: true } ? held.Quantity : 0;
        var free = item.AvailableQuantity + heldByEarlierTry;
        if (free < command.Quantity) return new(new(ReserveOutcome.Insufficient, Available: free));

        return new(
            new(ReserveOutcome.Granted, item.UnitPrice),
            Moved(item, command.Quantity - heldByEarlierTry, now),
            new(command.OrderId, command.Attempt, command.Quantity, item.UnitPrice, command.Tentative, ReleasedAt: null));
    }

    /// <summary>
    /// Gives back what the order's tries up to this one hold and refuses them from now on. A later try's pieces stay.
    /// Leaves a tombstone also where nothing was held, so that a Reserve still on its way cannot take stock.
    /// </summary>
    public static StockStep<bool> Release(StockItem? item, StockReservation? held, long orderId, int attempt, DateTimeOffset now)
    {
        if (held is null)
            return new(true, Reservation: new(orderId, attempt, Quantity: 0, UnitPrice: 0, Tentative: false, ReleasedAt: now));
        if (held.IsLive && held.Attempt <= attempt)
            return new(true, Moved(item!, -held.Quantity, now), held with { Attempt = attempt, ReleasedAt = now });
        if (!held.IsLive && held.Attempt < attempt)
            return new(true, Reservation: held with { Attempt = attempt, ReleasedAt = now });
        return new(false);
    }

    /// <summary>Creates the product, or sets its available pieces and price; pieces held stay held, at the price they were granted.</summary>
    public static StockStep<StockResult> Set(StockItem? item, string productId, long availableQuantity, decimal unitPrice, DateTimeOffset now)
    {
        var next = new StockItem(productId, availableQuantity, item?.ReservedQuantity ?? 0, unitPrice, now);
        return new(new(Outcome.Ok, next), next);
    }

    /// <summary>Adds pieces to a product that exists.</summary>
    public static StockStep<StockResult> Restock(StockItem? item, long quantity, DateTimeOffset now)
    {
        if (item is null) return new(new(Outcome.NotFound));
        if (item.AvailableQuantity + quantity > Limits.AvailableQuantity)
            return new(new(Outcome.Conflict, item, $"{item.ProductId} has {item.AvailableQuantity} pieces; with {quantity} more it would pass {Limits.AvailableQuantity}"));

        var next = item with { AvailableQuantity = item.AvailableQuantity + quantity, UpdatedAt = now };
        return new(new(Outcome.Ok, next), next);
    }

    /// <summary>A shortage is final only where what is available once it is written, and what orders that have not settled hold, would not suffice either.</summary>
    public static ReserveResult JudgeShortage(ReserveResult shortage, long wanted, long couldHave) =>
        couldHave >= wanted ? shortage with { Outcome = ReserveOutcome.Contended } : shortage;

    private static StockItem Moved(StockItem item, long toReserved, DateTimeOffset now) => item with
    {
        AvailableQuantity = item.AvailableQuantity - toReserved,
        ReservedQuantity = item.ReservedQuantity + toReserved,
        UpdatedAt = now,
    };
}
