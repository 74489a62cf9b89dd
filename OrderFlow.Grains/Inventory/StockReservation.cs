namespace OrderFlow.Inventory;

/// <summary>The durable proof of what an order's try was given of one product: one row of <c>stock_reservations</c>.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Attempt">The try that holds the pieces; on a released row, the highest try that is refused.</param>
/// <param name="Quantity">The pieces held, or once held.</param>
/// <param name="UnitPrice">The price when they were granted.</param>
/// <param name="Tentative">True where the pieces may come back while the order is unsettled.</param>
/// <param name="ReleasedAt">Set once the pieces were given back: then the row is a tombstone that refuses tries up to its own.</param>
internal sealed record StockReservation(long OrderId, int Attempt, long Quantity, decimal UnitPrice, bool Tentative, DateTimeOffset? ReleasedAt)
{
    public bool IsLive => ReleasedAt is null;

    public bool Refuses(int attempt) => IsLive ? attempt < Attempt : attempt <= Attempt;
}
