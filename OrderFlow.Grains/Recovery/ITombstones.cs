namespace OrderFlow.Recovery;

/// <summary>
/// Rows that only answer or refuse what can no longer come: deleted orders, released reservations and used <c>Idempotency-Key</c>s.
/// Each call removes a bounded number, the oldest first, and says whether more of them are due.
/// </summary>
internal interface ITombstones
{
    /// <summary>Removes deleted orders that have released what they held.</summary>
    Task<Batch> SweepOrders(DateTimeOffset deletedBefore);

    /// <summary>Removes released reservations.</summary>
    Task<Batch> SweepReservations(DateTimeOffset releasedBefore);

    /// <summary>Removes keys.</summary>
    Task<Batch> SweepKeys(DateTimeOffset usedBefore);
}
