using System.Collections.Immutable;

namespace OrderFlow.Inventory;

/// <summary>What one transaction writes of a product: its counts, and the reservation rows that change with them.</summary>
/// <param name="Item">The counts; null where there is no such product, and only tombstone rows are written.</param>
/// <param name="Changed">The reservation rows to insert or replace; empty on reading.</param>
/// <param name="MustBeNew">True where the rows were not read: the write fails where one exists.</param>
internal sealed record StockRecord(StockItem? Item, ImmutableArray<StockReservation> Changed, bool MustBeNew = false);
