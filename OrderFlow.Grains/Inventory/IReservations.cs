namespace OrderFlow.Inventory;

/// <summary>The reservation rows of all products, to be read by the stock item that alone writes its own.</summary>
internal interface IReservations
{
    /// <summary>The rows these orders have on this product, live or released.</summary>
    Task<IReadOnlyList<StockReservation>> Find(string productId, IReadOnlyList<long> orderIds);

    /// <summary>Pieces of this product that may come back: held tentatively for orders that are still pending, or for orders that are releasing.</summary>
    Task<long> CountUnsettled(string productId);
}
