using System.Collections.Immutable;
using System.Globalization;

namespace OrderFlow.Inventory;

/// <summary>Searches stock items and their movements. Stateless: any silo answers. A grain type of its own, as <see cref="Orders.IOrderSearchGrain"/>.</summary>
[Alias("stock-search")]
public interface IStockSearchGrain : IGrainWithIntegerKey
{
    /// <summary>One page of the stock items that match, by product id.</summary>
    [Alias("list")]
    Task<Page<StockItem>> List(StockQuery query);

    /// <summary>
    /// One page of a product's movements, newest first. NotFound where there is no such product, Forbidden where the caller is no admin. A page may have few items,
    /// or none, and yet a <see cref="Page{T}.Next"/>: of one product no page searches more than 10,000 movements.
    /// </summary>
    [Alias("movements")]
    Task<StockMovementPage> ListMovements(StockMovementQuery query, Caller by);
}

/// <summary>Which stock items to list.</summary>
/// <param name="Limit">Items on a page, 1 to 100.</param>
/// <param name="After">List from after this product, whether it exists or not; null for the first page.</param>
/// <param name="Prefix">The beginning of their id; null for any.</param>
/// <param name="IsLow">True for those that are low only.</param>
/// <param name="Number">The page's number, where <paramref name="After"/> is null; the first is 1.</param>
[GenerateSerializer, Immutable, Alias("stock-query")]
public sealed record StockQuery(
    [property: Id(0)] int Limit,
    [property: Id(1)] string? After = null,
    [property: Id(2)] string? Prefix = null,
    [property: Id(3)] bool IsLow = false,
    [property: Id(4)] int Number = 1)
{
    /// <summary>True where the number of matches is kept: for all items.</summary>
    public bool HasTotal => Prefix is null && !IsLow;
}

/// <summary>Which movements of a product to list.</summary>
/// <param name="ProductId">The product, archived or not.</param>
/// <param name="Limit">Items on a page, 1 to 100.</param>
/// <param name="Before">List those before this position; null for the newest.</param>
/// <param name="Kinds">Their kinds; none for any.</param>
/// <param name="From">Those from then on.</param>
/// <param name="To">Those before then.</param>
[GenerateSerializer, Immutable, Alias("stock-movement-query")]
public sealed record StockMovementQuery(
    [property: Id(0)] string ProductId,
    [property: Id(1)] int Limit,
    [property: Id(2)] StockMovementPosition? Before = null,
    [property: Id(3)] ImmutableArray<StockMovementKind> Kinds = default,
    [property: Id(4)] DateTimeOffset? From = null,
    [property: Id(5)] DateTimeOffset? To = null);

/// <summary>A place in the list of a product's movements.</summary>
/// <param name="Version"><see cref="StockMovement.Version"/>.</param>
/// <param name="Ordinal"><see cref="StockMovement.Ordinal"/>.</param>
[GenerateSerializer, Immutable, Alias("stock-movement-position")]
public sealed record StockMovementPosition([property: Id(0)] long Version, [property: Id(1)] int Ordinal)
{
    /// <summary>As <see cref="Page{T}.Next"/> has it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version}:{Ordinal}");
}

/// <summary>A page of movements, or why there is none.</summary>
/// <param name="Outcome">Ok with a page.</param>
/// <param name="Page">The page.</param>
[GenerateSerializer, Immutable, Alias("stock-movement-page")]
public sealed record StockMovementPage([property: Id(0)] Outcome Outcome, [property: Id(1)] Page<StockMovement>? Page = null);
