using System.Collections.Immutable;

namespace OrderFlow.Inventory;

/// <summary>What the stock grain hands to its storage: the counts, and the reservation rows that changed with them, to be written in one transaction.</summary>
/// <param name="Item">The counts; null where there is no such product, and only tombstones are written.</param>
/// <param name="Changed">The reservation rows to insert or replace; empty on reading.</param>
/// <param name="MustBeNew">True where rows were not looked for: the write is refused where there is one already.</param>
internal sealed record StockRecord(StockItem? Item, ImmutableArray<StockReservation> Changed, bool MustBeNew = false);
