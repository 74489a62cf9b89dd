using System.Buffers.Text;
using System.Text;

namespace OrderFlow.Api.Inventory;

/// <summary>A position in the list of stock items as an opaque text: <c>nextCursor</c> of a page, <c>cursor</c> of the next request.</summary>
internal static class StockCursor
{
    /// <summary>The most characters of a cursor: those of the prefix and an id in UTF-8, in base 64.</summary>
    public const int MaxLength = 264;

    /// <summary>Keeps another list's cursor from being accepted.</summary>
    private const string Prefix = "stock:";

    /// <summary>The position right after a product.</summary>
    public static string After(string productId) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Prefix + productId));

    /// <summary>Parses a cursor to the product before the page; null if it is not valid.</summary>
    public static string? Parse(string text)
    {
        if (text.Length > MaxLength || !Base64Url.IsValid(text)) return null;

        var position = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        if (!position.StartsWith(Prefix, StringComparison.Ordinal)) return null;

        var productId = position[Prefix.Length..];
        return ProductIds.Validate(productId) is null ? productId : null;
    }
}
