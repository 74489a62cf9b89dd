namespace OrderFlow.Inventory;

/// <summary>Reads reservation rows; each stock item writes its own.</summary>
internal interface IReservations
{
    /// <summary>The rows of these orders on this product, live or released.</summary>
    Task<FoundReservations> Find(string productId, IReadOnlyList<long> orderIds);

    /// <summary>Units of this product that may be released: those of releasing orders, and tentative ones of pending orders.</summary>
    Task<long> CountUnsettled(string productId);
}

/// <summary>The rows that were asked for.</summary>
/// <param name="Rows">Those that could be read.</param>
/// <param name="Unreadable">Why each of the others could not be read, by order id.</param>
internal sealed record FoundReservations(IReadOnlyList<StockReservation> Rows, IReadOnlyDictionary<long, UnreadableRowException> Unreadable)
{
    public static FoundReservations None { get; } = new([], new Dictionary<long, UnreadableRowException>());
}
