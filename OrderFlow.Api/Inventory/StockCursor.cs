using System.Buffers.Text;
using System.Text;

namespace OrderFlow.Api.Inventory;

/// <summary>A place in the list of stock items, as an opaque text that one page gives and the next is asked for with.</summary>
internal static class StockCursor
{
    /// <summary>The most characters of a cursor: those of an id in UTF-8, and the mark before it, in base 64.</summary>
    public const int MaxLength = 264;

    /// <summary>Before the id, so that no other list's cursor is taken for one of this list.</summary>
    private const string Mark = "stock:";

    /// <summary>The place right behind a product.</summary>
    public static string After(string productId) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Mark + productId));

    /// <summary>The product behind which a text means to go on, or null where it means no place.</summary>
    public static string? Parse(string text)
    {
        if (text.Length > MaxLength || !Base64Url.IsValid(text)) return null;

        var place = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        return place.StartsWith(Mark, StringComparison.Ordinal) && ProductIds.Validate(place[Mark.Length..]) is null ? place[Mark.Length..] : null;
    }
}
