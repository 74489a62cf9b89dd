using System.Collections.Immutable;

namespace OrderFlow.Inventory;

/// <summary>Why a product's counts changed. New kinds are added at the end: their numbers are sent between silos.</summary>
[GenerateSerializer, Alias("stock-movement-kind")]
public enum StockMovementKind
{
    /// <summary>An admin set the available units, or created or restored the product.</summary>
    Set,

    /// <summary>An admin added units.</summary>
    Restock,

    /// <summary>An admin corrected the available units, up or down.</summary>
    Adjust,

    /// <summary>An order reserved units.</summary>
    Reserve,

    /// <summary>An order released units.</summary>
    Release,

    /// <summary>Units of a fulfilled order left.</summary>
    Fulfil,

    /// <summary>An admin archived the product: its available units are gone.</summary>
    Archive,

    /// <summary>What a silo of 1.0.0 changed, or the stock from before movements were recorded.</summary>
    Unrecorded,

    /// <summary>The sum of the movements that were older than their retention.</summary>
    Opening,
}

/// <summary>One change of a product's counts. All of a product's movements add up to its stock.</summary>
/// <param name="Version">The item's version after the write.</param>
/// <param name="Ordinal">Its place within the write.</param>
/// <param name="Kind">Why.</param>
/// <param name="AvailableDelta">By how much the available units changed.</param>
/// <param name="ReservedDelta">By how much the reserved units changed.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="OrderId">The order that did it; null where none did.</param>
/// <param name="Actor">The admin who did it; null where none did.</param>
/// <param name="Reason">The admin's reason, where one was given.</param>
[GenerateSerializer, Immutable, Alias("stock-movement")]
public sealed record StockMovement(
    [property: Id(0)] long Version,
    [property: Id(1)] int Ordinal,
    [property: Id(2)] StockMovementKind Kind,
    [property: Id(3)] long AvailableDelta,
    [property: Id(4)] long ReservedDelta,
    [property: Id(5)] DateTimeOffset OccurredAt,
    [property: Id(6)] long? OrderId = null,
    [property: Id(7)] string? Actor = null,
    [property: Id(8)] string? Reason = null);

/// <summary>The names of <see cref="StockMovementKind"/>, as requests, responses and the database have them.</summary>
public static class StockMovementKinds
{
    /// <summary>All names.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Enum.GetValues<StockMovementKind>().Select(kind => kind.ToName())];

    /// <summary>The kind's name.</summary>
    public static string ToName(this StockMovementKind kind) => kind switch
    {
        StockMovementKind.Set => "set",
        StockMovementKind.Restock => "restock",
        StockMovementKind.Adjust => "adjust",
        StockMovementKind.Reserve => "reserve",
        StockMovementKind.Release => "release",
        StockMovementKind.Fulfil => "fulfil",
        StockMovementKind.Archive => "archive",
        StockMovementKind.Unrecorded => "unrecorded",
        StockMovementKind.Opening => "opening",
    };

    /// <summary>The kind with this name; null where there is none.</summary>
    public static StockMovementKind? Find(string name) => Names.IndexOf(name) is >= 0 and var index ? (StockMovementKind)index : null;
}
