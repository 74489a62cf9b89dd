namespace OrderFlow.Inventory;

/// <summary>The reservation rows of all products, to be read by the stock item that alone writes its own.</summary>
internal interface IReservations
{
    /// <summary>The rows these orders have on this product, live or released.</summary>
    Task<FoundReservations> Find(string productId, IReadOnlyList<long> orderIds);

    /// <summary>Pieces of this product that may come back: held tentatively for orders that are still pending, or for orders that are releasing.</summary>
    Task<long> CountUnsettled(string productId);
}

/// <summary>The rows that were asked for.</summary>
/// <param name="Rows">Those that could be read.</param>
/// <param name="Unreadable">Of the others, why: by order id.</param>
internal sealed record FoundReservations(IReadOnlyList<StockReservation> Rows, IReadOnlyDictionary<long, UnreadableRowException> Unreadable)
{
    public static FoundReservations None { get; } = new([], new Dictionary<long, UnreadableRowException>());
}
