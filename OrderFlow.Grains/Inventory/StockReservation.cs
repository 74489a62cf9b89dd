namespace OrderFlow.Inventory;

/// <summary>What an order holds of one product: one row of <c>stock_reservations</c>.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Attempt">The attempt that holds the units; on a released row, the highest attempt that is refused.</param>
/// <param name="Quantity">The units that are or were held.</param>
/// <param name="UnitPrice">The unit price when they were granted.</param>
/// <param name="Tentative">True where the order may still release them itself.</param>
/// <param name="ReleasedAt">Set once the units are released or consumed: the row is a tombstone that refuses attempts up to its own.</param>
/// <param name="Consumed">True where the units have left the stock, at <paramref name="ReleasedAt"/>: the row refuses every attempt.</param>
internal sealed record StockReservation(
    long OrderId, int Attempt, long Quantity, decimal UnitPrice, bool Tentative, DateTimeOffset? ReleasedAt, bool Consumed = false)
{
    public bool IsLive => ReleasedAt is null;

    /// <summary>True where the attempt is superseded: a later one has taken over its units, or it was released or consumed.</summary>
    public bool Refuses(int attempt) => Consumed || (IsLive ? attempt < Attempt : attempt <= Attempt);
}
