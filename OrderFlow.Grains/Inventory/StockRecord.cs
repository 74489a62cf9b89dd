using System.Collections.Immutable;

namespace OrderFlow.Inventory;

/// <summary>A product as it was read, and what one transaction writes of it.</summary>
/// <param name="Item">The item; null where there is no such product, and only tombstone rows are written.</param>
internal sealed record StockRecord(StockItem? Item)
{
    /// <summary>On reading: by how much the counts differ from the sum of the movements, as after a write of a silo of 1.0.0.</summary>
    public StockDelta Unrecorded { get; init; }

    /// <summary>True where the last event, with <see cref="Event"/>, said that the product is low. Archiving says nothing.</summary>
    public bool IsAnnouncedLow { get; init; }

    /// <summary>True where the price, the threshold or whether it is archived has changed.</summary>
    public bool HasNewSettings { get; init; }

    /// <summary>The reservation rows to insert or replace.</summary>
    public ImmutableArray<StockReservation> Reservations { get; init; } = [];

    /// <summary>True where the reservation rows were not read: the write fails where one exists.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>The movements to insert, which explain the new counts.</summary>
    public ImmutableArray<StockMovement> Movements { get; init; } = [];

    /// <summary>The operations to insert.</summary>
    public ImmutableArray<StoredStockOperation> Operations { get; init; } = [];

    /// <summary>The event to insert; null for none.</summary>
    public StockLevelChanged? Event { get; init; }
}

/// <summary>A change of a product's counts.</summary>
internal readonly record struct StockDelta(long Available, long Reserved)
{
    public static StockDelta Between(StockItem? before, StockItem? after) => new(
        (after?.AvailableQuantity ?? 0) - (before?.AvailableQuantity ?? 0), (after?.ReservedQuantity ?? 0) - (before?.ReservedQuantity ?? 0));
}

/// <summary>An admin's command that was carried out: one row of <c>stock_operations</c>.</summary>
/// <param name="Id"><see cref="StockOperation.Id"/>.</param>
/// <param name="Fingerprint">The command; another one may not have its id.</param>
/// <param name="RequestId">The request that it was carried out for.</param>
/// <param name="Answer">The item after the write.</param>
/// <param name="UsedAt">When it was carried out, UTC.</param>
internal sealed record StoredStockOperation(string Id, string Fingerprint, Guid RequestId, StockItem Answer, DateTimeOffset UsedAt);
