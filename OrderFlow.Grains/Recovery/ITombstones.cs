namespace OrderFlow.Recovery;

/// <summary>
/// Removes rows that only answered or refused late calls: deleted orders, released reservations, used <c>Idempotency-Key</c>s and operations.
/// Each call removes a bounded number, the oldest first.
/// </summary>
internal interface ITombstones
{
    /// <summary>Removes deleted orders that have released their stock.</summary>
    Task<Batch> SweepOrders(DateTimeOffset deletedBefore);

    /// <summary>Removes released reservations.</summary>
    Task<Batch> SweepReservations(DateTimeOffset releasedBefore);

    /// <summary>Removes keys by the time of their first use.</summary>
    Task<Batch> SweepKeys(DateTimeOffset usedBefore);

    /// <summary>Removes the operations of stock items by the time when they were carried out.</summary>
    Task<Batch> SweepStockOperations(DateTimeOffset usedBefore);
}
