using OrderFlow.Api.Lists;

namespace OrderFlow.Api.Inventory;

/// <summary>A position in the list of stock items.</summary>
internal static class StockCursor
{
    /// <summary>The most characters of a cursor: those of the prefix and an id in UTF-8, in base 64.</summary>
    public const int MaxLength = 264;

    private static readonly Cursor Cursor = new("stock:", MaxLength);

    /// <summary>The position right after a product.</summary>
    public static string After(string productId) => Cursor.To(productId);

    /// <summary>Parses a cursor to the product before the page; null if it is not valid.</summary>
    public static string? Parse(string text) => Cursor.Parse(text) is { } productId && ProductIds.Validate(productId) is null ? productId : null;
}
